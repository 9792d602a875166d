//! Modules that Python brings along.
//!
//! Source: `sys.stdlib_module_names` of Python 3.10 to 3.14 and the module index of 3.8 and 3.9; names with a
//! leading underscore are covered by a rule.

/// Of any Python from 3.8 to 3.14.
const MODULES: &str = "\
    __future__ __main__ abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit \
    audioop base64 bdb binascii binhex bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code \
    codecs codeop collections colorsys compileall compression concurrent configparser contextlib contextvars \
    copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest \
    dummy_threading email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter \
    fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac \
    html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 \
    linecache locale logging lzma macpath macurl2path mailbox mailcap marshal math mimetypes mmap modulefinder \
    msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os \
    ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath \
    pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline \
    reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd \
    smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics \
    string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib \
    tempfile termios test textwrap this threading time timeit tkinter token tokenize tomllib trace traceback \
    tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave \
    weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo";

/// Of Python 2 alone: code that is not ported yet uses them, and no distribution has them.
const OLD: &str = "\
    BaseHTTPServer CGIHTTPServer ConfigParser Cookie HTMLParser Queue ScrolledText SimpleHTTPServer \
    SimpleXMLRPCServer SocketServer StringIO Tkinter UserDict UserList UserString __builtin__ anydbm cPickle \
    cStringIO commands cookielib copy_reg dbhash dircache dumbdbm dummy_thread exceptions fpformat \
    future_builtins gdbm htmlentitydefs htmllib httplib ihooks md5 mhlib mimetools multifile mutex new popen2 \
    rfc822 robotparser sets sgmllib sha thread tkFileDialog tkMessageBox ttk urllib2 urlparse user whichdb \
    xmlrpclib";

/// Whether the language itself has the top-level module `name`, in any version.
pub(super) fn holds(name: &str) -> bool {
    name.starts_with('_') || MODULES.split(' ').chain(OLD.split(' ')).any(|m| m == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_every_version_are_known() {
        for name in [
            "os",
            "distutils",
            "tomllib",
            "annotationlib",
            "zoneinfo",
            "__future__",
            "urllib2",
            "xml",
            "asyncio",
            "imp",
        ] {
            assert!(holds(name), "{name}");
        }
        for name in ["yaml", "", "osx", "setuptools", "attr"] {
            assert!(!holds(name), "{name}");
        }
    }
}
