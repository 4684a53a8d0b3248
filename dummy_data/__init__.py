"""Made-up people who satisfy a query, so that a study can be tried without data."""

from dummy_data.generate import generate, id_type
from dummy_data.offered import Offered, by
from dummy_data.write import read, write

__all__ = ["Offered", "by", "generate", "id_type", "read", "write"]
