"""The broker's side: an embedded Apache Kafka for one machine, and topic administration for any Kafka."""
