gcloud run deploy x --set-secrets=KEY=key:latest
