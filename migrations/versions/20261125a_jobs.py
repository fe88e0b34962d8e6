"""Jobs."""

revision = "20261125a"
down_revision = "20261121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError
