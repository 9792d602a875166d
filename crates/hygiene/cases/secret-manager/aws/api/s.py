import boto3

c = boto3.client("secretsmanager")
