from setuptools import setup
R = ['a==1',
     'b<2']
if __name__ == '__main__':
    setup(install_requires=R)
