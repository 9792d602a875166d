from google.cloud import secretmanager
