"""The rows of customization."""

from customization.models.dataset import Dataset
from customization.models.deletion import Deletion
from customization.models.found import Found, RadarLook
from customization.models.job import CustomizationJob
from customization.models.price import Price, PriceList
from customization.models.resource import RemoteResource
from customization.models.serving import TABLES, Deployment, ServingResource, Throughput

__all__ = [
    "TABLES",
    "CustomizationJob",
    "Dataset",
    "Deletion",
    "Deployment",
    "Found",
    "Price",
    "PriceList",
    "RadarLook",
    "RemoteResource",
    "ServingResource",
    "Throughput",
]
