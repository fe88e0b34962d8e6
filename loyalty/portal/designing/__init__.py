"""The program designer: the rules of a version as a form, tried out, published, remembered."""
