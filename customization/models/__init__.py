"""The rows of customization."""

from customization.models.dataset import Dataset
from customization.models.found import Found
from customization.models.job import CustomizationJob
from customization.models.price import Price
from customization.models.resource import RemoteResource

__all__ = ["CustomizationJob", "Dataset", "Found", "Price", "RemoteResource"]
