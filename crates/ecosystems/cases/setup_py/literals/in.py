import setuptools

setuptools.setup(
    name="sample",
    python_requires=">=3.6",
    install_requires=[
        "requests>=2.20,<2.26",  # http
        'attrs==20.3.0; python_version < "3.8"',
        "click"
        "==7.1.2",
    ],
    extras_require={
        "test": ["pytest<7"],
        "socks": ("PySocks==1.5.6",),
        ":sys_platform == 'win32'": ["colorama==0.4.3"],
    },
    tests_require="mock==3.0.5",
    setup_requires=["setuptools_scm==6.0.1"],
    classifiers=["Programming Language :: Python :: 3.6"],
)
