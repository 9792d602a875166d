FROM python:3.8-alpine3.15
