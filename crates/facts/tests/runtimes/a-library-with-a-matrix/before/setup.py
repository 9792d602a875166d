from setuptools import setup
setup(
    name="lib",
    python_requires=">=3.7",
    classifiers=[
        "License :: OSI Approved",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.7",
        "Programming Language :: Python :: 3.8",
        "Programming Language :: Python :: 3.9"
    ],
)
