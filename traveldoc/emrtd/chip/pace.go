package chip

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/pacecurve"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// The passwords of PACE (Doc 9303-11, 4.4.4.1, reference 83).
const (
	refZone = 1
	refCAN  = 2
)

// The dynamic authentication data of PACE (Doc 9303-11, 4.4.4.2).
const (
	tagDynamic tlv.Tag = 0x7C
	tagNonce   tlv.Tag = 0x80
	tagMapOurs tlv.Tag = 0x81
	tagMapIts  tlv.Tag = 0x82
	tagKeyOurs tlv.Tag = 0x83
	tagKeyIts  tlv.Tag = 0x84
	tagOurs    tlv.Tag = 0x85
	tagIts     tlv.Tag = 0x86
)

// pace is one run of the protocol with generic mapping over an elliptic curve.
type pace struct {
	*link
	info   emrtd.PACEInfo
	suite  sm.Suite
	curve  *brainpool.Curve
	random io.Reader
}

// choose picks the way of PACE that both sides know, the strongest cipher first.
func choose(offered []emrtd.PACEInfo) (info emrtd.PACEInfo, suite sm.Suite, curve *brainpool.Curve, ok bool) {
	for _, o := range offered {
		s, known := pacecurve.Suite(o.Cipher)
		c := pacecurve.Standard(o.Parameter)
		if !known || c == nil || o.Mapping != "ecdh-gm" || ok && s <= suite {
			continue
		}
		info, suite, curve, ok = o, s, c, true
	}
	return info, suite, curve, ok
}

// open runs the protocol (Doc 9303-11, 4.4.1) and begins secure messaging.
func (p *pace) open(ctx context.Context, password []byte, reference byte) error {
	set := tlv.Write(tagNonce, pacecurve.OID(p.info.Protocol))
	set = tlv.Append(set, tagKeyOurs, []byte{reference})
	set = tlv.Append(set, tagKeyIts, []byte{byte(p.info.Parameter)}) //nolint:gosec // of the table; some chips demand it though there is no choice
	if _, err := p.ask(ctx, "PACE: choose", sm.Command{INS: 0x22, P1: 0xC1, P2: 0xA4, Data: set}); err != nil {
		return err
	}
	nonce, err := p.nonce(ctx, password)
	if err != nil {
		return err
	}
	mapped, err := p.mapping(ctx, nonce)
	if err != nil {
		return err
	}
	ours, theirs, err := p.agree(ctx, mapped)
	if err != nil {
		return err
	}
	secret, err := ours.Agree(theirs)
	if err != nil {
		return fmt.Errorf("PACE: %w", err)
	}
	return p.confirm(ctx, secret, &ours.PublicKey, theirs)
}

// nonce is the chip's number, which only who knows the password can decrypt.
func (p *pace) nonce(ctx context.Context, password []byte) (*big.Int, error) {
	sealed, err := p.step(ctx, "nonce", nil, tagNonce, false)
	if err != nil {
		return nil, err
	}
	block, err := p.suite.Block(p.suite.Derive(password, sm.ForNonce))
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || len(sealed)%block.BlockSize() != 0 {
		return nil, fmt.Errorf("PACE: nonce of %d bytes: expected whole blocks of %d", len(sealed), block.BlockSize())
	}
	return new(big.Int).SetBytes(sm.CBC(block, make([]byte, block.BlockSize()), sealed, false)), nil
}

// mapping makes the session's own generator of nonce and a first agreement.
func (p *pace) mapping(ctx context.Context, nonce *big.Int) (*brainpool.Curve, error) {
	key, err := p.curve.GenerateKey(p.random)
	if err != nil {
		return nil, fmt.Errorf("PACE: %w", err)
	}
	data, err := p.step(ctx, "mapping", tlv.Write(tagMapOurs, key.Bytes()), tagMapIts, false)
	if err != nil {
		return nil, err
	}
	theirs, err := p.curve.ParsePoint(data)
	if err != nil {
		return nil, fmt.Errorf("PACE: mapping: %w", err)
	}
	shared, err := key.Point(theirs)
	if err != nil {
		return nil, fmt.Errorf("PACE: mapping: %w", err)
	}
	return p.curve.WithGenerator(nonce, shared)
}

func (p *pace) agree(ctx context.Context, mapped *brainpool.Curve) (ours *brainpool.PrivateKey, theirs *brainpool.PublicKey, err error) {
	if ours, err = mapped.GenerateKey(p.random); err != nil {
		return nil, nil, fmt.Errorf("PACE: %w", err)
	}
	data, err := p.step(ctx, "key agreement", tlv.Write(tagKeyOurs, ours.Bytes()), tagKeyIts, false)
	if err != nil {
		return nil, nil, err
	}
	if theirs, err = mapped.ParsePoint(data); err != nil {
		return nil, nil, fmt.Errorf("PACE: key agreement: %w", err)
	}
	if theirs.Equal(&ours.PublicKey) {
		return nil, nil, errors.New("PACE: the chip gave our own key back")
	}
	return ours, theirs, nil
}

// confirm exchanges tokens: each side shows that it has the same keys.
func (p *pace) confirm(ctx context.Context, secret []byte, ours, theirs *brainpool.PublicKey) error {
	enc, mac := p.suite.Derive(secret, sm.ForEncryption), p.suite.Derive(secret, sm.ForMAC)
	token, err := pacecurve.Token(p.suite, mac, p.info.Protocol, theirs.Bytes())
	if err != nil {
		return err
	}
	answer, err := p.step(ctx, "tokens", tlv.Write(tagOurs, token), tagIts, true)
	var status *StatusError
	if errors.As(err, &status) {
		return fmt.Errorf("%w: %w", ErrDenied, err)
	}
	if err != nil {
		return err
	}
	want, err := pacecurve.Token(p.suite, mac, p.info.Protocol, ours.Bytes())
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(answer, want) != 1 {
		return fmt.Errorf("PACE: %w: the chip's token does not verify", ErrDenied)
	}
	p.channel, err = sm.NewChannel(p.suite, enc, mac, nil)
	return err
}

const (
	chained = 0x10 // class of all commands of a chain but the last
	anyLe   = 256
)

// step is one GENERAL AUTHENTICATE and the object that it must answer with.
func (p *pace) step(ctx context.Context, what string, data []byte, wanted tlv.Tag, last bool) ([]byte, error) {
	c := sm.Command{CLA: chained, INS: 0x86, Data: tlv.Write(tagDynamic, data), Le: anyLe}
	if last {
		c.CLA = 0
	}
	answer, err := p.ask(ctx, "PACE: "+what, c)
	if err != nil {
		return nil, err
	}
	outer, _, err := tlv.Expect(answer, tagDynamic)
	if err != nil {
		return nil, fmt.Errorf("PACE: %s: %w", what, err)
	}
	objects, err := outer.Children()
	if err != nil {
		return nil, fmt.Errorf("PACE: %s: %w", what, err)
	}
	found, ok := tlv.Find(objects, wanted)
	if !ok {
		return nil, fmt.Errorf("PACE: %s: expected object %s in the answer", what, wanted)
	}
	return bytes.Clone(found.Value), nil
}
