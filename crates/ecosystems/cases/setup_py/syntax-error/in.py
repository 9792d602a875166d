setup(
  install_requires=[
