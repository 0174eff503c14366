package emrtd

import (
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// SecurityInfos are what the chip says of the mechanisms it knows: DG14, EF.CardAccess and EF.CardSecurity (Doc 9303-11, 9.2).
type SecurityInfos struct {
	PACE []PACEInfo `json:"pace,omitempty"`
	// PACEDomains are domain parameters written out (PACEDomainParameterInfo), as they are.
	PACEDomains []SecurityInfo            `json:"pace_domains,omitempty"`
	Chip        []ChipAuthenticationInfo  `json:"chip,omitempty"`
	ChipKeys    []ChipAuthenticationKey   `json:"chip_keys,omitempty"`
	Active      *ActiveAuthenticationInfo `json:"active,omitempty"`
	Terminal    []SecurityInfo            `json:"terminal,omitempty"`
	Other       []SecurityInfo            `json:"other,omitempty"`
	Findings    []Finding                 `json:"-"`
}

// SecurityInfo is one SecurityInfo as it stands there.
type SecurityInfo struct {
	Protocol string `json:"protocol,omitempty"` // OID
	Raw      []byte `json:"raw,omitempty"`
}

// PACEInfo names a way of PACE (Doc 9303-11, 9.2.1).
type PACEInfo struct {
	Protocol string `json:"protocol,omitempty"` // OID: "0.4.0.127.0.7.2.2.4.2.2"
	Mapping  string `json:"mapping,omitempty"`  // "dh-gm", "ecdh-gm", "dh-im", "ecdh-im", "ecdh-cam"
	Cipher   string `json:"cipher,omitempty"`   // "3des-cbc-cbc", "aes-cbc-cmac-128", "-192", "-256"
	Version  int    `json:"version"`
	// Parameter is the number of standardised domain parameters (table 6), -1 when not stated.
	Parameter int `json:"parameter"`
}

// ChipAuthenticationInfo names a way of chip authentication (Doc 9303-11, 9.2.5).
type ChipAuthenticationInfo struct {
	Protocol  string `json:"protocol,omitempty"`
	Agreement string `json:"agreement,omitempty"` // "dh" or "ecdh"
	Cipher    string `json:"cipher,omitempty"`
	Version   int    `json:"version"`
	KeyID     int    `json:"key_id"` // -1 when not stated
}

// ChipAuthenticationKey is a public key of the chip (Doc 9303-11, 9.2.6).
type ChipAuthenticationKey struct {
	Protocol  string `json:"protocol,omitempty"`
	Agreement string `json:"agreement,omitempty"` // "dh" or "ecdh"
	SPKI      []byte `json:"spki,omitempty"`
	KeyID     int    `json:"key_id"` // -1 when not stated
}

// ActiveAuthenticationInfo names the signature algorithm of active authentication with ECDSA (Doc 9303-11, 9.2.8).
type ActiveAuthenticationInfo struct {
	Version   int    `json:"version"`
	Algorithm string `json:"algorithm,omitempty"` // OID of BSI TR-03111: "0.4.0.127.0.7.1.1.4.1.3"
}

// maxSecurityInfos is more than any chip has.
const maxSecurityInfos = 64

// The OIDs that SecurityInfos begin with (BSI TR-03110-3, A.1.1; Doc 9303-11, 9.2).
const (
	oidPK     = "0.4.0.127.0.7.2.2.1."
	oidTA     = "0.4.0.127.0.7.2.2.2"
	oidCA     = "0.4.0.127.0.7.2.2.3."
	oidPACE   = "0.4.0.127.0.7.2.2.4."
	oidActive = "2.23.136.1.1.5"
)

// ParseDG14 reads data group 14.
func ParseDG14(data []byte) (*SecurityInfos, error) {
	o, err := openPlain(FileDG(14), data)
	if err != nil {
		return nil, err
	}
	return o.securityInfos(o.root.Value)
}

// ParseCardAccess reads EF.CardAccess, which has no tag of its own around its SecurityInfos.
func ParseCardAccess(data []byte) (*SecurityInfos, error) {
	o := &opened{notes: notes{file: FileCardAccess}}
	if len(data) > MaxFile {
		return nil, o.errorf(0, "%d bytes: expected at most %d", len(data), MaxFile)
	}
	return o.securityInfos(data)
}

// securityInfos reads a SET OF SecurityInfo. One that is broken or not known is kept and does not touch the others.
func (o *opened) securityInfos(data []byte) (*SecurityInfos, error) {
	der, changed, err := pki.DER(data)
	if err != nil {
		return nil, fmt.Errorf("%s: SecurityInfos: %w", o.file, err)
	}
	if changed {
		o.add(BEREncoding, "SecurityInfos")
	}
	rest, set := cryptobyte.String(der), cryptobyte.String(nil)
	if !rest.ReadASN1(&set, asn1.SET) {
		return nil, o.errorf(0, "expected a SET of SecurityInfo")
	}
	if !rest.Empty() {
		o.add(TrailingBytes, "%d bytes follow the SecurityInfos", len(rest))
	}
	infos := &SecurityInfos{}
	for n := 0; !set.Empty(); n++ {
		var element cryptobyte.String
		if n == maxSecurityInfos || !set.ReadASN1Element(&element, asn1.SEQUENCE) {
			return nil, o.errorf(0, "SecurityInfo %d: expected a SEQUENCE, at most %d of them", n+1, maxSecurityInfos)
		}
		if err := infos.add(element); err != nil {
			o.add(Malformed, "SecurityInfo %d: %v", n+1, err)
		}
	}
	infos.Findings = o.findings
	return infos, nil
}

// add sorts one SecurityInfo: SEQUENCE { protocol, required data, optional data }.
func (s *SecurityInfos) add(element cryptobyte.String) error {
	info, body := SecurityInfo{Raw: element}, element
	var oid cryptobyte.String
	if !body.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		s.Other = append(s.Other, info)
		return fmt.Errorf("expected an object identifier")
	}
	info.Protocol = dotted(oid)
	if err := s.known(info, body); err != nil {
		s.Other = append(s.Other, info)
		return fmt.Errorf("%s: %w", info.Protocol, err)
	}
	return nil
}

func (s *SecurityInfos) known(info SecurityInfo, body cryptobyte.String) error {
	last, isPACE := strings.CutPrefix(info.Protocol, oidPACE)
	switch {
	case isPACE && strings.Contains(last, "."):
		return s.pace(info.Protocol, last, body)
	case isPACE:
		s.PACEDomains = append(s.PACEDomains, info)
	case strings.HasPrefix(info.Protocol, oidCA):
		return s.chip(info, body)
	case strings.HasPrefix(info.Protocol, oidPK):
		return s.chipKey(info.Protocol, body)
	case info.Protocol == oidActive:
		return s.active(body)
	case info.Protocol == oidTA:
		s.Terminal = append(s.Terminal, info)
	default:
		s.Other = append(s.Other, info)
	}
	return nil
}

func (s *SecurityInfos) pace(protocol, arcs string, body cryptobyte.String) error {
	version, parameter, err := numbers(body)
	if err != nil {
		return err
	}
	mapping, cipher, _ := strings.Cut(arcs, ".")
	s.PACE = append(s.PACE, PACEInfo{
		Protocol: protocol, Version: version, Parameter: parameter, Cipher: cipherName(cipher),
		Mapping: map[string]string{"1": "dh-gm", "2": "ecdh-gm", "3": "dh-im", "4": "ecdh-im", "6": "ecdh-cam"}[mapping],
	})
	return nil
}

func (s *SecurityInfos) chip(info SecurityInfo, body cryptobyte.String) error {
	arcs := strings.TrimPrefix(info.Protocol, oidCA)
	agreement, cipher, full := strings.Cut(arcs, ".")
	if !full { // ChipAuthenticationDomainParameterInfo of version 2
		s.Other = append(s.Other, info)
		return nil
	}
	version, keyID, err := numbers(body)
	if err != nil {
		return err
	}
	s.Chip = append(s.Chip, ChipAuthenticationInfo{
		Protocol: info.Protocol, Agreement: agreementName(agreement), Cipher: cipherName(cipher), Version: version, KeyID: keyID,
	})
	return nil
}

func (s *SecurityInfos) chipKey(protocol string, body cryptobyte.String) error {
	var spki cryptobyte.String
	if !body.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return fmt.Errorf("expected a SubjectPublicKeyInfo")
	}
	keyID, err := optionalNumber(body)
	if err != nil {
		return err
	}
	s.ChipKeys = append(s.ChipKeys, ChipAuthenticationKey{
		Protocol: protocol, Agreement: agreementName(strings.TrimPrefix(protocol, oidPK)), SPKI: spki, KeyID: keyID,
	})
	return nil
}

func (s *SecurityInfos) active(body cryptobyte.String) error {
	info := &ActiveAuthenticationInfo{}
	var oid cryptobyte.String
	if !body.ReadASN1Integer(&info.Version) || !body.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return fmt.Errorf("expected a version and a signature algorithm")
	}
	info.Algorithm = dotted(oid)
	s.Active = info
	return nil
}
