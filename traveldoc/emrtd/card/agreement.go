package card

import (
	"math/big"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/pacecurve"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// agreementKey is the card's key of chip authentication; nil when it has none.
func (c *Card) agreementKey() *brainpool.PrivateKey {
	if c.cfg.Agreement == nil {
		return nil
	}
	curve := pacecurve.NIST(c.cfg.Agreement.Curve)
	if curve == nil {
		return nil
	}
	secret, err := c.cfg.Agreement.Bytes()
	if err != nil {
		return nil
	}
	key, err := curve.Key(new(big.Int).SetBytes(secret))
	if err != nil {
		return nil
	}
	return key
}

// setAgreement is MSE:Set AT or MSE:Set KAT of chip authentication (Doc 9303-11, 6.2.4).
func (c *Card) setAgreement(cmd sm.Command) sm.Response {
	objects, err := tlv.All(cmd.Data)
	if err != nil || !c.open() || c.agreementKey() == nil {
		return status(badData)
	}
	if cmd.P2 == 0xA6 {
		point, _ := tlv.Find(objects, 0x91)
		return c.agree(sm.TripleDES, point.Value)
	}
	protocol, _ := tlv.Find(objects, 0x80)
	const ecdh = "0.4.0.127.0.7.2.2.3.2."
	for cipher, suite := range map[string]sm.Suite{"2": sm.AES128, "3": sm.AES192, "4": sm.AES256} {
		if string(pacecurve.OID(ecdh+cipher)) == string(protocol.Value) {
			c.agreement = &suite
			return status(sm.OK)
		}
	}
	return status(badData)
}

// generalAgreement is GENERAL AUTHENTICATE of chip authentication.
func (c *Card) generalAgreement(cmd sm.Command) sm.Response {
	suite := *c.agreement
	c.agreement = nil
	outer, _, err := tlv.Expect(cmd.Data, 0x7C)
	if err != nil {
		return status(badData)
	}
	objects, err := outer.Children()
	if err != nil {
		return status(badData)
	}
	point, _ := tlv.Find(objects, 0x80)
	r := c.agree(suite, point.Value)
	if r.SW == sm.OK {
		r.Data = tlv.Write(0x7C, nil)
	}
	return r
}

// agree makes the keys that hold after this answer.
func (c *Card) agree(suite sm.Suite, point []byte) sm.Response {
	key := c.agreementKey()
	theirs, err := key.Curve.ParsePoint(point)
	if err != nil {
		return status(badData)
	}
	secret, err := key.Agree(theirs)
	if err != nil {
		return status(badData)
	}
	c.next, err = sm.NewChannel(suite, suite.Derive(secret, sm.ForEncryption), suite.Derive(secret, sm.ForMAC), nil)
	if err != nil {
		return status(internalError)
	}
	return status(sm.OK)
}
