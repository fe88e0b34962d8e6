"""Every page of who comes back: figures, who is slipping away, segments."""

from loyalty.portal import lapsed, lapsed_file, limits, metrics, segment_builder, segments

__all__ = ["lapsed", "lapsed_file", "limits", "metrics", "segment_builder", "segments"]
