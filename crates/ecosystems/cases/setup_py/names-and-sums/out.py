from setuptools import setup, find_packages

INSTALL_REQUIRES = "packaging>=21.3,<24"
EXTRAS = {
    "yaml": ["PyYAML==6.0.1"],
    "lint": ["flake8==6.1.0"],
}
EXTRAS["tests"] = EXTRAS["yaml"] + ["pytest==7.4.3"]
EXTRAS["dev"] = EXTRAS["tests"] + EXTRAS["lint"] + ["tox<5"]


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
