from setuptools import setup
R = ['a==2',
     'b<3']
if __name__ == '__main__':
    setup(install_requires=R)
