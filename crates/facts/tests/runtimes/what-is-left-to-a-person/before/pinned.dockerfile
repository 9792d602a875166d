FROM python:3.8@sha256:0123
