"""The four shops of the street, in the order of their doors."""

from loyalty.demo.bakery import BAKERY
from loyalty.demo.cafe import CAFE
from loyalty.demo.petshop import PET_SHOP
from loyalty.demo.salon import SALON

STREET = (CAFE, BAKERY, SALON, PET_SHOP)
CUSTOMERS = sum(plan.trade.customers for plan in STREET)
