from celery import Celery

c = Celery()
