package chip

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
)

const (
	challengeSize = 8
	keySize       = 16
)

// basicAccess opens the chip by basic access control (Doc 9303-11, 4.3). The application has been selected.
func (l *link) basicAccess(ctx context.Context, p Password, random io.Reader) error {
	const doing = "basic access control"
	seed := p.zoneKey()[:keySize]
	enc, mac := sm.TripleDES.Derive(seed, sm.ForEncryption), sm.TripleDES.Derive(seed, sm.ForMAC)
	theirs, err := l.ask(ctx, doing+": challenge", sm.Command{INS: 0x84, Le: challengeSize})
	if err != nil {
		return err
	}
	if len(theirs) != challengeSize {
		return fmt.Errorf("%s: challenge of %d bytes: expected %d", doing, len(theirs), challengeSize)
	}
	ours := make([]byte, challengeSize+keySize)
	if _, err := io.ReadFull(random, ours); err != nil {
		return fmt.Errorf("%s: randomness: %w", doing, err)
	}
	token, err := basicToken(enc, mac, join(ours[:challengeSize], theirs, ours[challengeSize:]))
	if err != nil {
		return err
	}
	answer, err := l.ask(ctx, doing, sm.Command{INS: 0x82, Data: token, Le: len(token)})
	var status *StatusError
	if errors.As(err, &status) {
		return fmt.Errorf("%w: %w", ErrDenied, err)
	}
	if err != nil {
		return err
	}
	plain, err := openBasicToken(enc, mac, answer)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(plain[:16], join(theirs, ours[:challengeSize])) != 1 {
		return fmt.Errorf("%s: %w: the chip answers to another challenge", doing, ErrDenied)
	}
	secret := make([]byte, keySize)
	subtle.XORBytes(secret, ours[challengeSize:], plain[16:])
	l.channel, err = sm.NewChannel(sm.TripleDES, sm.TripleDES.Derive(secret, sm.ForEncryption), sm.TripleDES.Derive(secret, sm.ForMAC),
		join(theirs[4:], ours[4:challengeSize]))
	return err
}

// basicToken is 32 bytes encrypted, with their code.
func basicToken(enc, mac, plain []byte) ([]byte, error) {
	block, err := sm.TripleDES.Block(enc)
	if err != nil {
		return nil, err
	}
	sealed := sm.CBC(block, make([]byte, 8), plain, true)
	sum, err := sm.TripleDES.MAC(mac, sealed)
	return join(sealed, sum), err
}

func openBasicToken(enc, mac, token []byte) ([]byte, error) {
	if len(token) != 40 {
		return nil, fmt.Errorf("basic access control: answer of %d bytes: expected 40", len(token))
	}
	sum, err := sm.TripleDES.MAC(mac, token[:32])
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(sum, token[32:]) != 1 {
		return nil, fmt.Errorf("basic access control: %w: the answer does not verify", ErrDenied)
	}
	block, err := sm.TripleDES.Block(enc)
	if err != nil {
		return nil, err
	}
	return sm.CBC(block, make([]byte, 8), token[:32], false), nil
}

func join(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
