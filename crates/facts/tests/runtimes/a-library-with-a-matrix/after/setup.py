from setuptools import setup
setup(
    name="lib",
    python_requires=">=3.11",
    classifiers=[
        "License :: OSI Approved",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11"
    ],
)
