"""What runs Parley scaled out: Kafka, PostgreSQL, telemetry, containers; and `native`, the same without containers."""
