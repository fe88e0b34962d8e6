"""What a WSGI server loads: `gunicorn wsgi:app`."""

from loyalty.app import create_app

app = create_app()
