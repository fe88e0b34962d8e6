"""The person as one merchant knows them."""
