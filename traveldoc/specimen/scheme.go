package specimen

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // documents signed with it are in use, and must be read
	"crypto/sha256"
	"crypto/sha512"
)

// scheme is a signature algorithm: its hash and how certificates and CMS name it.
type scheme struct {
	hash      crypto.Hash
	pss       bool
	signature []byte // AlgorithmIdentifier, DER
}

func null() []byte { return tlv(tagNull) }

func ecdsaScheme(hash crypto.Hash) scheme {
	name := map[crypto.Hash]string{
		crypto.SHA1: "1.2.840.10045.4.1", crypto.SHA256: "1.2.840.10045.4.3.2", crypto.SHA384: "1.2.840.10045.4.3.3",
		crypto.SHA512: "1.2.840.10045.4.3.4",
	}[hash]
	return scheme{hash: hash, signature: tlv(tagSequence, oid(name))}
}

func rsaScheme(hash crypto.Hash) scheme {
	name := map[crypto.Hash]string{crypto.SHA1: "1.2.840.113549.1.1.5", crypto.SHA256: "1.2.840.113549.1.1.11"}[hash]
	return scheme{hash: hash, signature: tlv(tagSequence, oid(name), null())}
}

// pssScheme is RSASSA-PSS with a salt as long as the hash and MGF1 over the same hash.
func pssScheme(hash crypto.Hash) scheme {
	h := digestAlgorithm(hash)
	mgf := tlv(tagSequence, oid("1.2.840.113549.1.1.8"), h)
	parameters := tlv(tagSequence, tlv(tagOption0, h), tlv(tagOption1, mgf), tlv(0xA2, integer(int64(hash.Size()))))
	return scheme{hash: hash, pss: true, signature: tlv(tagSequence, oid("1.2.840.113549.1.1.10"), parameters)}
}

// digestAlgorithm is the AlgorithmIdentifier of a hash.
func digestAlgorithm(hash crypto.Hash) []byte {
	name := map[crypto.Hash]string{
		crypto.SHA1: "1.3.14.3.2.26", crypto.SHA256: "2.16.840.1.101.3.4.2.1", crypto.SHA384: "2.16.840.1.101.3.4.2.2",
		crypto.SHA512: "2.16.840.1.101.3.4.2.3",
	}[hash]
	return tlv(tagSequence, oid(name), null())
}

func digest(hash crypto.Hash, message []byte) []byte {
	switch hash {
	case crypto.SHA1:
		sum := sha1.Sum(message) //nolint:gosec // see above
		return sum[:]
	case crypto.SHA384:
		sum := sha512.Sum384(message)
		return sum[:]
	case crypto.SHA512:
		sum := sha512.Sum512(message)
		return sum[:]
	default: // the schemes here know no other
		sum := sha256.Sum256(message)
		return sum[:]
	}
}
