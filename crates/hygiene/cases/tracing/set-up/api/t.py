from opentelemetry.sdk.trace import TracerProvider

p = TracerProvider()
