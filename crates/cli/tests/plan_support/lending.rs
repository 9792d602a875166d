//! The standard scenario: a small project with a culprit that has a version in between, a pair that only moves
//! together though the resolver ties it one way only, and a transitive package.

use super::wheel::Package;

const fn package(
    name: &'static str,
    version: &'static str,
    requires: &'static [&'static str],
    module: &'static str,
) -> Package {
    Package { name, version, requires, module }
}

/// Everything on the index.
pub fn packages() -> Vec<Package> {
    let alpha_old = "def loan(): return 'lent'\ndef due(): return 14";
    vec![
        package("alpha", "1.0", &[], alpha_old),
        package("alpha", "1.1", &[], alpha_old),
        package("alpha", "2.0", &[], "def loan(): return 'lent'"),
        package("beta", "1.0", &["epsilon"], "import epsilon\ndef size(): return epsilon.ONE"),
        package("beta", "2.0", &["epsilon"], "import epsilon\ndef size(): return epsilon.ONE"),
        package("gamma", "1.0", &["delta"], "from delta import helper\ndef name(): return helper()"),
        package("gamma", "2.0", &["delta>=2"], "from delta import assist\ndef name(): return assist()"),
        package("delta", "1.0", &[], "def helper(): return 'd'"),
        package("delta", "2.0", &[], "def assist(): return 'd'"),
        package("epsilon", "1.0", &[], "ONE = 1"),
        package("epsilon", "1.1", &[], "ONE = 1"),
    ]
}

/// The project's files.
pub fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("requirements.in", "# what lending needs\nalpha==1.0  # loans\nbeta==1.0\ngamma==1.0\ndelta==1.0\n"),
        ("requirements.txt", "alpha==1.0\nbeta==1.0\ndelta==1.0\nepsilon==1.0\ngamma==1.0\n"),
        (
            "lending.py",
            "import alpha, beta, gamma\n\ndef lend(): return alpha.loan()\ndef days(): return alpha.due()\n",
        ),
        ("tests/__init__.py", ""),
        (
            "tests/test_lending.py",
            "import unittest\nimport lending\n\nclass Lending(unittest.TestCase):\n    def test_lend(self):\n        self.assertEqual(lending.lend(), 'lent')\n\n    def test_days(self):\n        self.assertEqual(lending.days(), 14)\n\n    def test_size(self):\n        self.assertEqual(lending.beta.size(), 1)\n\n    def test_name(self):\n        self.assertEqual(lending.gamma.name(), 'd')\n",
        ),
    ]
}
