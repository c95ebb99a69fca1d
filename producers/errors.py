"""Why a producer stops, each with one line for a person.

ProducerError
├── InputError     a path or an option is wrong, or there are no articles: exit 2
├── NoKafkaError   no Kafka answers, or the topic is not there: exit 2
└── DeliveryError  publishing had to stop: exit 3
"""

from streams.contracts.errors import NewswireError


class ProducerError(NewswireError):
    """Base of what ends a producer. Publishing again after the cause is gone is always safe."""


class InputError(ProducerError):
    """A path, an option or the journal cannot be used; nothing was published."""


class NoKafkaError(ProducerError):
    """Kafka or its topic is not there; nothing was published."""


class DeliveryError(ProducerError):
    """Publishing had to stop: Kafka refused a record or fell silent, or the journal cannot be kept.

    The report says how many articles are known to be delivered.
    """
