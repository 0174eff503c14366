package chip

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/pacecurve"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// agreement is a way of chip authentication (Doc 9303-11, 6.2) by one of the chip's keys.
type agreement struct {
	key      *brainpool.PublicKey
	keyID    int // -1 when there is but one key
	protocol string
	suite    sm.Suite
}

// agreementOf picks the key and the strongest cipher that both sides know. A key without a way to use it, as French chips have it, is
// for 3DES.
func agreementOf(infos *emrtd.SecurityInfos) (best agreement, ok bool) {
	for _, k := range infos.ChipKeys {
		parsed, err := pki.ParsePublicKey(k.SPKI)
		if err != nil || k.Agreement != "ecdh" {
			continue
		}
		point, known := pacecurve.Key(parsed)
		if !known {
			continue
		}
		stated := false
		for _, info := range infos.Chip {
			if info.KeyID != k.KeyID || info.Agreement != "ecdh" {
				continue
			}
			stated = true
			if suite, can := pacecurve.Suite(info.Cipher); can && (!ok || suite > best.suite) {
				best, ok = agreement{point, k.KeyID, info.Protocol, suite}, true
			}
		}
		if !stated && !ok {
			best, ok = agreement{key: point, keyID: k.KeyID, suite: sm.TripleDES}, true
		}
	}
	return best, ok
}

// authenticate has the chip show that it holds the secret key of DG14, when it has one: last of all, for a chip that cannot loses its
// session. A chip that refuses has not been proved; one that goes on under other keys is no genuine one.
func (s *Session) authenticate(ctx context.Context, read *reader.Chip, random io.Reader) error {
	infos, err := emrtd.ParseDG14(read.Files[emrtd.FileDG(14)])
	if err != nil {
		return nil //nolint:nilerr // absent, or a finding of those who judge the file
	}
	way, ok := agreementOf(infos)
	if !ok {
		return nil
	}
	agreed, err := s.agree(ctx, way, random)
	switch {
	case err == nil:
		read.ChipAuthentication = reader.OK
	case errors.Is(err, ErrGone), errors.Is(err, ErrTooMuch), ctx.Err() != nil:
		return err
	case agreed:
		read.ChipAuthentication = reader.Error
	}
	return nil
}

// agree makes new session keys with the chip's key and has the chip answer under them. agreed says that the chip claims to have them.
func (s *Session) agree(ctx context.Context, way agreement, random io.Reader) (agreed bool, err error) {
	const doing = "chip authentication"
	ours, err := way.key.Curve.GenerateKey(random)
	if err != nil {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	secret, err := ours.Agree(way.key)
	if err != nil {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	if err := s.offer(ctx, doing, way, ours.Bytes()); err != nil {
		return false, err
	}
	s.channel, err = sm.NewChannel(way.suite, way.suite.Derive(secret, sm.ForEncryption), way.suite.Derive(secret, sm.ForMAC), nil)
	if err != nil {
		return false, err
	}
	id := fileIDs()[emrtd.FileCOM]
	_, err = s.send(ctx, sm.Command{INS: 0xA4, P1: 0x02, P2: 0x0C, Data: []byte{byte(id >> 8), byte(id & 0xFF)}}) // any answer under the new keys will do
	return true, err
}

// offer gives the chip our point: in one command with 3DES, in two with AES (Doc 9303-11, 6.2.4).
func (s *Session) offer(ctx context.Context, doing string, way agreement, point []byte) error {
	var reference []byte
	if way.keyID >= 0 {
		reference = tlv.Write(tagKeyIts, []byte{byte(way.keyID)}) //nolint:gosec // its lowest byte is what chips take
	}
	if way.suite == sm.TripleDES {
		_, err := s.ask(ctx, doing, sm.Command{INS: 0x22, P1: 0x41, P2: 0xA6, Data: append(tlv.Write(0x91, point), reference...)})
		return err
	}
	set := append(tlv.Write(tagNonce, pacecurve.OID(way.protocol)), reference...)
	if _, err := s.ask(ctx, doing, sm.Command{INS: 0x22, P1: 0x41, P2: 0xA4, Data: set}); err != nil {
		return err
	}
	_, err := s.ask(ctx, doing, sm.Command{INS: 0x86, Data: tlv.Write(tagDynamic, tlv.Write(tagNonce, point)), Le: anyLe})
	return err
}
