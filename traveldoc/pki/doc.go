// Package pki reads what the issuers of travel documents sign with: X.509 certificates (CSCA, link, DSC), certificate revocation lists,
// CMS SignedData and CSCA master lists (ICAO Doc 9303-12; RFC 5280, 5652). crypto/x509 refuses almost a third of the real certificates,
// so the package reads them itself: tolerant of the deviations that occur, naming each that it tolerated.
//
// It must never compute on curve parameters that come from a file (explicit parameters are accepted only when they are exactly those of a
// known curve), never take a signature that it cannot check for a wrong one or a right one (ErrUnsupported and ErrSignature are different),
// and never judge trust: that is package trust.
//
// Where to begin: ParseCertificate, ParseCRL, ParseSignedData, ParseMasterList, ParsePublicKey; DER for files in BER. All parsers copy
// nothing: what they give refers to the bytes they were given, which nobody may change afterwards.
package pki
