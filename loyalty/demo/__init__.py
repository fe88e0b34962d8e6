"""A small high street to look at: a café with stamps and a bakery with points, a year of visits."""
