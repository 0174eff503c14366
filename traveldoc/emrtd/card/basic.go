package card

import (
	"crypto/sha1" //nolint:gosec // the standard's
	"crypto/subtle"
	"io"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
)

const blockSize = 8

func (c *Card) challenge(cmd sm.Command) sm.Response {
	if !c.app || c.cfg.Quirks.NoBasic || cmd.Le < blockSize {
		return status(conditions)
	}
	c.rnd = make([]byte, blockSize)
	if _, err := io.ReadFull(c.cfg.Random, c.rnd); err != nil {
		return status(internalError)
	}
	return answer(c.rnd)
}

func (c *Card) zoneKey() []byte {
	sum := sha1.Sum([]byte(c.cfg.Zone)) //nolint:gosec // the standard's
	return sum[:]
}

// external is the other half of basic access control (Doc 9303-11, 4.3.1).
func (c *Card) external(cmd sm.Command) sm.Response {
	rnd := c.rnd
	c.rnd = nil // a challenge is good once
	if rnd == nil || len(cmd.Data) != 40 {
		return status(conditions)
	}
	suite, seed := sm.TripleDES, c.zoneKey()[:16]
	enc, mac := suite.Derive(seed, sm.ForEncryption), suite.Derive(seed, sm.ForMAC)
	sum, err := suite.MAC(mac, cmd.Data[:32])
	block, blockErr := suite.Block(enc)
	if err != nil || blockErr != nil {
		return status(internalError)
	}
	if subtle.ConstantTimeCompare(sum, cmd.Data[32:]) != 1 {
		return status(authFailed)
	}
	plain := sm.CBC(block, make([]byte, blockSize), cmd.Data[:32], false)
	theirs, echoed, secret := plain[:8], plain[8:16], plain[16:]
	if subtle.ConstantTimeCompare(echoed, rnd) != 1 {
		return status(authFailed)
	}
	ours := make([]byte, 16)
	if _, err := io.ReadFull(c.cfg.Random, ours); err != nil {
		return status(internalError)
	}
	sealed := sm.CBC(block, make([]byte, blockSize), concat(rnd, theirs, ours), true)
	if sum, err = suite.MAC(mac, sealed); err != nil {
		return status(internalError)
	}
	shared := make([]byte, 16)
	subtle.XORBytes(shared, secret, ours)
	c.channel, err = sm.NewChannel(suite, suite.Derive(shared, sm.ForEncryption), suite.Derive(shared, sm.ForMAC), concat(rnd[4:], theirs[4:]))
	if err != nil {
		return status(internalError)
	}
	return answer(concat(sealed, sum))
}

func concat(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
