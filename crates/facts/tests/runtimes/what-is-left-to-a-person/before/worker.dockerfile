ARG PY=3.8
FROM python:${PY}-slim
