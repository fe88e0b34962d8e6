"""The HTTP kit that all surfaces share: guards, errors, forms, headers, language, logs."""
