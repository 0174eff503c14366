package card

import (
	"bytes"
	"crypto/subtle"
	"io"
	"math/big"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/pacecurve"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// paceState is a run of PACE that is under way.
type paceState struct {
	info     emrtd.PACEInfo
	suite    sm.Suite
	curve    *brainpool.Curve
	password []byte
	nonce    *big.Int
	mapped   *brainpool.Curve
	key      *brainpool.PrivateKey
	theirs   *brainpool.PublicKey
	enc, mac []byte
}

// setPACE is MSE:Set AT (Doc 9303-11, 4.4.4.1).
func (c *Card) setPACE(cmd sm.Command) sm.Response {
	c.pace = nil
	infos, err := emrtd.ParseCardAccess(c.cfg.Files[emrtd.FileCardAccess])
	if err != nil || c.cfg.Quirks.NoPACE || cmd.P1 != 0xC1 || cmd.P2 != 0xA4 {
		return status(badData)
	}
	objects, err := tlv.All(cmd.Data)
	if err != nil {
		return status(badData)
	}
	protocol, _ := tlv.Find(objects, 0x80)
	reference, _ := tlv.Find(objects, 0x83)
	parameter, stated := tlv.Find(objects, 0x84)
	if c.cfg.Quirks.NeedsParameter && !stated {
		return status(badData)
	}
	for _, info := range infos.PACE {
		suite, known := pacecurve.Suite(info.Cipher)
		curve := pacecurve.Standard(info.Parameter)
		fits := bytes.Equal(pacecurve.OID(info.Protocol), protocol.Value) && (!stated || len(parameter.Value) == 1 && int(parameter.Value[0]) == info.Parameter)
		if !known || curve == nil || !fits {
			continue
		}
		password := c.password(reference.Value)
		if password == nil {
			return status(badData)
		}
		c.pace = &paceState{info: info, suite: suite, curve: curve, password: password}
		return status(sm.OK)
	}
	return status(badData)
}

func (c *Card) password(reference []byte) []byte {
	switch {
	case len(reference) != 1:
	case reference[0] == 1 && c.cfg.Zone != "":
		return c.zoneKey()
	case reference[0] == 2 && c.cfg.CAN != "":
		return []byte(c.cfg.CAN)
	}
	return nil
}

// general is GENERAL AUTHENTICATE: one step of PACE after the other.
func (c *Card) general(cmd sm.Command) sm.Response {
	outer, _, err := tlv.Expect(cmd.Data, 0x7C)
	if c.pace == nil || err != nil {
		return status(conditions)
	}
	objects, err := outer.Children()
	if err != nil {
		return status(badData)
	}
	var tag tlv.Tag
	var value []byte
	var sw uint16
	switch {
	case len(objects) == 0:
		tag, value, sw = c.paceNonce()
	case objects[0].Tag == 0x81:
		tag, value, sw = c.paceMap(objects[0].Value)
	case objects[0].Tag == 0x83:
		tag, value, sw = c.paceAgree(objects[0].Value)
	case objects[0].Tag == 0x85:
		tag, value, sw = c.paceConfirm(objects[0].Value)
	default:
		sw = badData
	}
	if sw != sm.OK {
		c.pace = nil
		return status(sw)
	}
	return answer(tlv.Write(0x7C, tlv.Write(tag, value)))
}

func (c *Card) paceNonce() (tlv.Tag, []byte, uint16) {
	p := c.pace
	nonce := make([]byte, 16)
	block, err := p.suite.Block(p.suite.Derive(p.password, sm.ForNonce))
	if err != nil {
		return 0, nil, internalError
	}
	if _, err := io.ReadFull(c.cfg.Random, nonce); err != nil {
		return 0, nil, internalError
	}
	p.nonce = new(big.Int).SetBytes(nonce)
	return 0x80, sm.CBC(block, make([]byte, block.BlockSize()), nonce, true), sm.OK
}

func (c *Card) paceMap(data []byte) (tlv.Tag, []byte, uint16) {
	p := c.pace
	theirs, err := p.curve.ParsePoint(data)
	if err != nil || p.nonce == nil {
		return 0, nil, badData
	}
	key, err := p.curve.GenerateKey(c.cfg.Random)
	if err != nil {
		return 0, nil, internalError
	}
	shared, err := key.Point(theirs)
	if err != nil {
		return 0, nil, badData
	}
	if p.mapped, err = p.curve.WithGenerator(p.nonce, shared); err != nil {
		return 0, nil, badData
	}
	return 0x82, key.Bytes(), sm.OK
}

func (c *Card) paceAgree(data []byte) (tlv.Tag, []byte, uint16) {
	p := c.pace
	if p.mapped == nil {
		return 0, nil, conditions
	}
	theirs, err := p.mapped.ParsePoint(data)
	if err != nil {
		return 0, nil, badData
	}
	if p.key, err = p.mapped.GenerateKey(c.cfg.Random); err != nil {
		return 0, nil, internalError
	}
	secret, err := p.key.Agree(theirs)
	if err != nil {
		return 0, nil, badData
	}
	p.theirs, p.enc, p.mac = theirs, p.suite.Derive(secret, sm.ForEncryption), p.suite.Derive(secret, sm.ForMAC)
	return 0x84, p.key.Bytes(), sm.OK
}

func (c *Card) paceConfirm(token []byte) (tlv.Tag, []byte, uint16) {
	p := c.pace
	if p.key == nil {
		return 0, nil, conditions
	}
	want, err := pacecurve.Token(p.suite, p.mac, p.info.Protocol, p.key.Bytes())
	if err != nil {
		return 0, nil, internalError
	}
	if subtle.ConstantTimeCompare(want, token) != 1 {
		return 0, nil, authFailed
	}
	ours, err := pacecurve.Token(p.suite, p.mac, p.info.Protocol, p.theirs.Bytes())
	if err != nil {
		return 0, nil, internalError
	}
	if c.channel, err = sm.NewChannel(p.suite, p.enc, p.mac, nil); err != nil {
		return 0, nil, internalError
	}
	c.pace = nil
	return 0x86, ours, sm.OK
}
