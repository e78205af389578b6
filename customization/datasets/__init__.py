"""Checking fine-tuning data before it costs anything: rules per model family, streamed. Pure: no Django, no boto3.

``check`` reads any source of bytes once, in bounded memory, and answers with a ``Report``: what is wrong on
which line and what to change, how many rows and tokens there are, and the SHA-256 of what was read.
"""

from customization.datasets.check import check
from customization.datasets.families import Family, family_of
from customization.datasets.limits import Limits, Purpose, limits_of
from customization.datasets.overlap import why_not_apart, why_not_together
from customization.datasets.report import Finding, Report

__all__ = [
    "Family",
    "Finding",
    "Limits",
    "Purpose",
    "Report",
    "check",
    "family_of",
    "limits_of",
    "why_not_apart",
    "why_not_together",
]
