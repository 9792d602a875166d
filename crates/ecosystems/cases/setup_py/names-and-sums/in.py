from setuptools import setup, find_packages

INSTALL_REQUIRES = "packaging>=21.3,<22"
EXTRAS = {
    "yaml": ["PyYAML==5.4"],
    "lint": ["flake8==5.0.4"],
}
EXTRAS["tests"] = EXTRAS["yaml"] + ["pytest==6.2"]
EXTRAS["dev"] = EXTRAS["tests"] + EXTRAS["lint"] + ["tox<4"]


def read(path):
    with open(path) as file:
        return file.read()


setup(
    name="sample",
    long_description=read("README.rst"),
    packages=find_packages(),
    install_requires=INSTALL_REQUIRES,
    extras_require=EXTRAS,
)
