"""Check an evidence package without the software that made it: one file, Python 3.11 and nothing else.

    python3 verify_evidence.py PACKAGE.zip --key LOG_KEY --witness WITNESS_KEY …

It shares no line with `src/zhunsheng`. Formats: C2SP notes, checkpoints, proofs, cosignatures; RFC 6962,
8032, 3161; SM2, SM3. Exit: 0 proved under keys that were given, 1 wrong, 2 sound, but no key was given.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import re
import sys
import zipfile
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

SM2_KIND = b"zhunsheng.sm2-sm3/1\n"


class WrongError(Exception):
    """Something does not hold."""


def must(holds: bool, words: str) -> None:
    """WrongError unless it holds."""
    if not holds:
        raise WrongError(words)


def there(found: re.Match[Any] | None, words: str) -> re.Match[Any]:
    """What was found; WrongError when nothing was."""
    if found is None:
        raise WrongError(words)
    return found


P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    u, v = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    w, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = v - u, z - w, z + w, v + u
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point(bytes([0x58] + [0x66] * 31))


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is right (RFC 8032; verification only)."""
    a, r = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L or BASE is None:
        return False
    h = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _times(s, BASE), _add(r, _times(h, a))
    return not any((left[k] * right[2] - right[k] * left[2]) % P for k in (0, 1))


def _rol(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & 0xFFFFFFFF


def sm3(data: bytes) -> bytes:
    """The digest."""
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + b"\0" * (-(len(data) + 9) % 64) + (len(data) * 8).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        block = padded[start : start + 64]
        w = [int.from_bytes(block[k : k + 4], "big") for k in range(0, 64, 4)]
        for k in range(16, 68):
            x = w[k - 16] ^ w[k - 9] ^ _rol(w[k - 3], 15)
            w.append(x ^ _rol(x, 15) ^ _rol(x, 23) ^ _rol(w[k - 13], 7) ^ w[k - 6])
        a, b, c, d, e, f, g, h = state
        for k in range(64):
            t = 0x79CC4519 if k < 16 else 0x7A879D8A
            one = _rol(_rol(a, 12) + e + _rol(t, k) & 0xFFFFFFFF, 7)
            ff = a ^ b ^ c if k < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if k < 16 else e & f | ~e & g
            tt1 = ff + d + (one ^ _rol(a, 12)) + (w[k] ^ w[k + 4]) & 0xFFFFFFFF
            tt2 = gg + h + one + w[k] & 0xFFFFFFFF
            a, b, c, d = tt1, a, _rol(b, 9), c
            e, f, g, h = tt2 ^ _rol(tt2, 9) ^ _rol(tt2, 17), e, _rol(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True)]
    return b"".join(word.to_bytes(4, "big") for word in state)


Q = 2**256 - 2**224 - 2**96 + 2**64 - 1
A, B = Q - 3, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Affine = tuple[int, int] | None


def _plus(a: Affine, b: Affine) -> Affine:
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % Q == 0:
            return None
        slope = (3 * a[0] * a[0] + A) * pow(2 * a[1], -1, Q)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, Q)
    x = (slope * slope - a[0] - b[0]) % Q
    return x, (slope * (a[0] - x) - a[1]) % Q


def _multiple(number: int, point: Affine) -> Affine:
    found: Affine = None
    while number:
        if number & 1:
            found = _plus(found, point)
        point, number = _plus(point, point), number >> 1
    return found


def sm2(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature (r, s) is right, under the default user id."""
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    on_curve = len(public) == 64 and (y * y - x**3 - A * x - B) % Q == 0
    if not on_curve or len(signature) != 64 or not (0 < r < N and 0 < s < N and (r + s) % N):
        return False
    curve = b"".join(number.to_bytes(32, "big") for number in (A, B, *G))
    who = sm3(b"\x00\x80" + b"1234567812345678" + curve + public)
    told = int.from_bytes(sm3(who + message), "big")
    point = _plus(_multiple(s, G), _multiple((r + s) % N, (x, y)))
    return point is not None and (told + point[0]) % N == r


def b64(text: str) -> bytes:
    """Canonical base64 only."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise WrongError("base64 写法不规范") from None
    must(base64.b64encode(data).decode() == text, "base64 写法不规范")
    return data


class Key:
    """A verifier key `name+id+base64(kind, key)`."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.name, told, encoded = self.text.split("+", 2)
        data = b64(encoded)
        self.id = sha256(self.name.encode() + b"\n" + data).digest()[:4]
        must(self.id.hex() == told, f"公钥 {self.name} 的标识与内容不符")
        self.kind, self.public = data[0], data[1:]

    def holds(self, text: bytes, body: bytes) -> bool:
        """Whether a signature's body is right for a note text."""
        if self.kind == 4:
            at = int.from_bytes(body[:8], "big")
            return ed25519(self.public, b"cosignature/v1\ntime %d\n" % at + text, body[8:])
        if self.kind == 0xFF and self.public.startswith(SM2_KIND):
            return sm2(self.public[len(SM2_KIND) :], text, body)
        return self.kind == 1 and ed25519(self.public, text, body)


def opened(note: str, keys: list[Key]) -> tuple[str, set[str]]:
    """The text of a note and the keys that signed it; every known key that signed must be right."""
    text, gap, rest = note.rpartition("\n\n")
    must(bool(gap) and rest.endswith("\n") and "\r" not in note, "签名部分写法不规范")
    text += "\n"
    signed: set[str] = set()
    for line in rest[:-1].split("\n"):
        found = there(re.fullmatch(r"— ([^ +]+) ([A-Za-z0-9+/=]+)", line), "签名行写法不规范")
        data = b64(found[2])
        for key in keys:
            if (key.name, key.id) == (found[1], data[:4]):
                must(key.holds(text.encode(), data[4:]), f"{key.name} 的签名不对")
                signed.add(key.text)
    return text, signed


def checkpoint(text: str) -> tuple[str, int, bytes]:
    """(origin, size, root)."""
    found = there(re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n", text), "检查点写法不规范")
    return found[1], int(found[2]), b64(found[3])


def inner(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def rooted(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a leaf and its siblings (lowest first) give; read from the top down."""
    must(0 <= index < size, "序号不在日志之内")
    if size == 1:
        must(not path, "证明过长")
        return leaf
    must(bool(path), "证明过短")
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return inner(rooted(leaf, index, half, path[:-1]), path[-1])
    return inner(path[-1], rooted(leaf, index - half, size - half, path[:-1]))


def grown(old: int, new: int, old_root: bytes, path: list[bytes], whole: bool = True) -> tuple[bytes, bytes]:
    """(old root, new root) that a consistency proof gives, read from the top down."""
    if old == new:
        if whole:
            must(not path, "证明过长")
            return old_root, old_root
        must(len(path) == 1, "证明长度不对")
        return path[0], path[0]
    must(bool(path) and 0 < old < new, "证明过短")
    half = 1 << (new - 1).bit_length() - 1
    if old <= half:
        a, b = grown(old, half, old_root, path[:-1], whole)
        return a, inner(b, path[-1])
    a, b = grown(old - half, new - half, old_root, path[:-1], False)
    return inner(path[-1], a), inner(path[-1], b)


def stamp(data: bytes) -> tuple[bytes, str]:
    """(SHA-256 that was stamped, time) of a response; its signature is for `openssl ts -verify`."""
    found = re.search(
        rb"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04.*?\x60\x86\x48\x01\x65\x03\x04\x02\x01"
        rb"(?:\x05\x00)?\x04\x20(.{32}).*?\x18.(\d{14})",
        data,
        re.DOTALL,
    )
    found = there(found, "时间戳无法读取")
    return found[1], found[2].decode()


def files_of(data: bytes) -> dict[str, bytes]:
    """The files; the zip must be written exactly so."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            must(sum(i.file_size for i in archive.infolist()) <= len(data), "压缩包大小不符")
            files = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        raise WrongError("压缩包已损坏") from None
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, files[name])
    must(again.getvalue() == data, "压缩包的写法不规范：有字节被改动")
    return files


def strict_json(data: bytes) -> dict[str, Any]:
    """JSON in the one spelling that is allowed."""
    told = json.loads(data)
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    must(text.encode() == data and isinstance(told, dict), "JSON 写法不规范")
    return dict(told)


class Package:
    """A package under keys; `signed` gathers which of them signed."""

    def __init__(self, data: bytes, keys: list[Key]) -> None:
        self.files = files_of(data)
        self.keys = keys
        text, _ = self.open("manifest", first=True)
        lines = text.split("\n")[:-1]
        must(lines[0] == "zhunsheng evidence package/1", "不是证据包")
        self.origin, self.made = lines[1].removeprefix("log "), lines[2].removeprefix("made ")
        must(lines[1:3] == [f"log {self.origin}", f"made {self.made}"], "清单写法不规范")
        told = [
            f"file {sha256(self.files[n]).hexdigest()} {sm3(self.files[n]).hex()} {len(self.files[n])} {n}"
            for n in sorted(self.files)
            if n != "manifest"
        ]
        must(lines[3:] == told, "文件与清单不符")

    def open(self, name: str, *, first: bool = False, text: str = "") -> tuple[str, set[str]]:
        """A note that the log's key has signed."""
        body, signed = opened(text or self.files[name].decode(), self.keys)
        by = {key.name for key in self.keys if key.text in signed}
        must(bool(by) if first else self.origin in by, f"{name}: 没有日志公钥的签名")
        return body, signed

    def entries(self) -> list[tuple[int, int, dict[str, Any], set[str]]]:
        """(index, size, act, who signed) of every act, proved."""
        found = []
        for name in sorted(n for n in self.files if n.startswith("entries/")):
            told = strict_json(self.files[name])
            content, salt = told["content"].encode(), bytes.fromhex(told["salt"])
            leaf, act = strict_json(told["entry"].encode()), strict_json(content)
            data = b"zhunsheng.event/1\n" + salt + content
            must(len(salt) == 32 and leaf["sha256"] == sha256(data).hexdigest(), f"{name} 与承诺不符")
            must(leaf["sm3"] == sm3(data).hex() and leaf["v"] == 1 and len(leaf) == 6, f"{name} 与承诺不符")
            clear = act["action"], act["at"], act["actor"]["kind"]
            must((leaf["action"], leaf["at"], leaf["by"]) == clear, f"{name} 与叶子不符")
            head, _, note = self.files["proofs/" + name[8:]].decode().partition("\n\n")
            lines = head.split("\n")
            must(lines[0] == "c2sp.org/tlog-proof@v1", f"{name} 的证明写法不规范")
            index = int(lines[1].removeprefix("index "))
            must(lines[1] == f"index {index}", f"{name} 的证明写法不规范")
            text, signed = self.open(name, text=note)
            origin, size, root = checkpoint(text)
            hashed = sha256(b"\x00" + told["entry"].encode()).digest()
            path = [b64(line) for line in lines[2:]]
            must(origin == self.origin and rooted(hashed, index, size, path) == root, f"{name} 不在日志中")
            found.append((index, size, act, signed))
        return found

    def stamps(self) -> list[tuple[str, int, str]]:
        """(file, size, time) of each time stamp over a checkpoint that the log goes on from."""
        found = []
        for name in sorted(n for n in self.files if n.startswith("consistency/")):
            base = name.removeprefix("consistency/")
            stamped = self.files[f"timestamps/{base}.checkpoint"]
            _, size, root = checkpoint(self.open(base, text=stamped.decode())[0])
            head, _, note = self.files[name].decode().partition("\n\n")
            _, new, new_root = checkpoint(self.open(name, text=note)[0])
            path = [b64(line) for line in head.split("\n") if line]
            must(grown(size, new, root, path) == (root, new_root), f"{name} 不一致：日志被改写")
            over, at = stamp(self.files[f"timestamps/{base}.tsr"])
            must(over == sha256(stamped).digest(), f"{name}: 时间戳盖的不是这个检查点")
            found.append((base, size, at))
        return found


def report(package: Package, log_keys: set[str], witness_keys: set[str], wanted: int) -> int:
    """Say what holds; the exit code."""
    entries = package.entries()
    contents = json.dumps([act for _, _, act, _ in entries], ensure_ascii=False)
    print(f"日志 {package.origin}，{package.made} 制作")
    for index, size, act, signed in entries:
        seen = len(signed & witness_keys)
        print(f"  第 {index} 条（共 {size} 条）{act['at']} {act['action']} {act['target']}，见证 {seen}")
        must(seen >= wanted, f"见证不足 {wanted} 个")
    for name in sorted(n for n in package.files if n.startswith("files/")):
        must(sha256(package.files[name]).hexdigest() in contents, f"{name} 不是任何事项所记的文件")
        print(f"  原件 {name} 与日志所记一致")
    for base, size, at in package.stamps():
        print(f"  时间戳 {at}Z 盖在前 {size} 条上；其签名请用 openssl ts -verify 核验：")
        print(f"    openssl ts -verify -in {base}.tsr -data {base}.checkpoint -CAfile 时间戳机构证书")
    untold = "结论：内容自洽；但日志公钥取自包内，请另行取得后以 --key 给出再核验。"
    print("结论：证明成立。" if log_keys else untold)
    return 0 if log_keys else 2


def main(arguments: list[str] | None = None) -> int:
    """Check one package."""
    parser = argparse.ArgumentParser(description="核验证据包")
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", action="append", default=[], help="日志公钥（另行取得）")
    parser.add_argument("--witness", action="append", default=[], help="见证人公钥（另行取得）")
    parser.add_argument("--witnesses", type=int, default=0, help="每个事项至少要有几个见证")
    given = parser.parse_args(arguments)
    try:
        data = given.package.read_bytes()
        texts = given.key or files_of(data).get("keys", b"").decode().split()
        keys = [Key(text) for text in [*texts, *given.witness]]
        package = Package(data, keys)
        return report(package, set(given.key), {Key(t).text for t in given.witness}, given.witnesses)
    except (WrongError, KeyError, ValueError, IndexError, AttributeError, TypeError) as error:
        print(f"不成立：{error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
