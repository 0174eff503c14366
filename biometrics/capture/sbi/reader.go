package sbi

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/biometrics/capture"
)

// Reader is a fingerprint reader as its verified information says.
type Reader struct {
	capture.Info
	DeviceID Text
	// SubIDs are the parts of a slap reader (SubLeftSlap ...); empty where it has one part.
	SubIDs       []int
	Env, Purpose string
	// Key and IdentityKey are the public keys (DER) that signed the device's information and its identity: what it gives is signed by them too.
	Key, IdentityKey []byte
	// Busy and the like are in Info.State; Err is what the device told of itself beside that, nil for nothing.
	Err error
}

// Readers reads and verifies the answer to the question for information and keeps the finger readers in it, in the order told. A device that
// is not registered signs nothing: it is told with capture.NotRegistered, and nothing can be taken with it.
func (t Trust) Readers(body []byte) ([]Reader, error) {
	items, err := ParseInfo(body)
	if err != nil {
		return nil, err
	}
	var readers []Reader
	for _, item := range items {
		if item.DeviceInfo == "" {
			if err := item.Error.Err(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("deviceInfo: expected a signed text")
		}
		r, isFinger, err := t.reader(item)
		if err != nil {
			return nil, err
		}
		if isFinger {
			readers = append(readers, r)
		}
	}
	return readers, nil
}

func (t Trust) reader(item InfoItem) (Reader, bool, error) {
	if !strings.Contains(item.DeviceInfo, ".") {
		return unregistered(item), true, nil
	}
	payload, signer, err := t.Verify(item.DeviceInfo)
	if err != nil {
		return Reader{}, false, err
	}
	var info DeviceInfo
	if err := decode(payload, &info); err != nil {
		return Reader{}, false, err
	}
	identity, own, err := t.identity(info.DigitalID)
	if err != nil {
		return Reader{}, false, err
	}
	if !sameDevice(signer, own) {
		return Reader{}, false, fmt.Errorf("%w: information of another device than its identity", capture.ErrSignature)
	}
	r := Reader{Info: infoOf(identity), DeviceID: info.DeviceID, Env: limit(info.Env), Purpose: limit(info.Purpose), Err: item.Error.Err()}
	r.Key, r.IdentityKey = signer.RawSubjectPublicKeyInfo, own.RawSubjectPublicKeyInfo
	r.State, r.FirmwareVersion = ParseStatus(info.Status), limit(info.Firmware)
	r.Specification = strings.Join(first(info.SpecVersions, 8), ", ")
	for _, n := range first(info.SubIDs, 8) {
		if n >= SubLeftSlap && n <= SubThumbs {
			r.SubIDs = append(r.SubIDs, n.Int())
		}
	}
	if !slices.Contains(info.SpecVersions, SpecVersion) {
		return r, false, fmt.Errorf("%w: device speaks another version than %s", capture.ErrUnsupported, SpecVersion)
	}
	return r, strings.EqualFold(identity.Type, TypeFinger), nil
}

// unregistered is a device that may not sign: it counts as a finger reader, so that somebody is told that it wants registering.
func unregistered(item InfoItem) Reader {
	var info DeviceInfo
	var identity DigitalID
	if raw, err := unbase64(item.DeviceInfo); err == nil && decode(raw, &info) == nil {
		if raw, err = unbase64(info.DigitalID); err == nil {
			_ = decode(raw, &identity) // nothing of it is trusted
		}
	}
	r := Reader{Info: infoOf(identity), DeviceID: info.DeviceID, Err: item.Error.Err()}
	r.State = capture.NotRegistered
	return r
}

// identity verifies a digital id, and says who signed it.
func (t Trust) identity(token string) (DigitalID, *x509.Certificate, error) {
	var id DigitalID
	payload, signer, err := t.Verify(token)
	if err != nil {
		return id, nil, err
	}
	return id, signer, decode(payload, &id)
}

// sameDevice says whether what signed is the key of an identity, or one that this key certified. That both lead to a trusted root is not
// enough: another reader does too.
func sameDevice(signer, identity *x509.Certificate) bool {
	return bytes.Equal(signer.RawSubjectPublicKeyInfo, identity.RawSubjectPublicKeyInfo) || signer.CheckSignatureFrom(identity) == nil
}

func infoOf(d DigitalID) capture.Info {
	return capture.Info{
		Make: limit(d.Make), Model: limit(d.Model), Serial: limit(d.SerialNo), Provider: limit(d.DeviceProvider),
		Slap: strings.EqualFold(d.SubType, SubTypeSlap), Simulated: d.Simulated,
	}
}

// limit cuts what a device says of itself to what a screen holds.
func limit(text string) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
	if r := []rune(text); len(r) > 120 {
		return string(r[:120])
	}
	return text
}

func first[T any](all []T, n int) []T { return all[:min(len(all), n)] }

// MarshalInfo is the signed information of a device: one item of the answer, unsigned while the device is not registered.
func (s Signer) MarshalInfo(info DeviceInfo, identity DigitalID, failure *Failure) (InfoItem, error) {
	if ParseStatus(info.Status) == capture.NotRegistered {
		id, err := json.Marshal(identity)
		if err != nil {
			return InfoItem{}, err
		}
		info.DigitalID, info.Env, info.Purpose = encode(id), "None", ""
		raw, err := json.Marshal(info)
		return InfoItem{DeviceInfo: encode(raw), Error: failure}, err
	}
	var err error
	if info.DigitalID, err = s.SignJSON(identity); err != nil {
		return InfoItem{}, err
	}
	signed, err := s.SignJSON(info)
	return InfoItem{DeviceInfo: signed, Error: failure}, err
}
