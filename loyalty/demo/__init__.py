"""A small high street to look at: four shops, two thousand customers, eighteen months."""
