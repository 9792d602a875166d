import setuptools

setuptools.setup(
    name="sample",
    python_requires=">=3.6",
    install_requires=[
        "requests>=2.20,<2.32",  # http
        'attrs==23.1.0; python_version < "3.8"',
        "click"
        "==8.1.7",
    ],
    extras_require={
        "test": ["pytest<8"],
        "socks": ("PySocks==1.7.1",),
        ":sys_platform == 'win32'": ["colorama==0.4.6"],
    },
    tests_require="mock==5.1.0",
    setup_requires=["setuptools_scm==8.0.4"],
    classifiers=["Programming Language :: Python :: 3.6"],
)
