package specimen

import (
	"crypto"
)

// securityObject is the LDSSecurityObject (ICAO Doc 9303-10, 4.6.2.3) over the data groups; version 1 tells the versions too.
func securityObject(version int64, hash crypto.Hash, groups map[int][]byte) []byte {
	var hashes []byte
	for _, n := range sortedGroups(groups) {
		hashes = append(hashes, tlv(tagSequence, integer(int64(n)), tlv(tagOctets, digest(hash, groups[n])))...)
	}
	parts := [][]byte{integer(version), digestAlgorithm(hash), tlv(tagSequence, hashes)}
	if version == 1 {
		parts = append(parts, tlv(tagSequence, tlv(tagPrintable, []byte("0108")), tlv(tagPrintable, []byte("040000"))))
	}
	return tlv(tagSequence, parts...)
}

// sod is the file EF.SOD.
func sod(version int64, hash crypto.Hash, groups map[int][]byte, how signing) ([]byte, error) {
	data, err := signedData(securityObject(version, hash, groups), how)
	if err != nil {
		return nil, err
	}
	return tlv(tagSOD, data), nil
}
