package readerdb

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc/reader"
)

// seal encrypts readings with AES-256-GCM; the reading's id is part of what is authenticated, so that none is taken for another.
type seal struct {
	aead   cipher.AEAD
	random io.Reader
}

// newSeal derives the key from the station's evidence key.
func newSeal(secret []byte, random io.Reader) (seal, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "openbmis waiting reading", 32)
	if err != nil {
		return seal{}, fmt.Errorf("key of waiting readings: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, fmt.Errorf("key of waiting readings: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	return seal{aead, random}, err
}

func (s seal) close(id uuid.UUID, r *reader.Reading) ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", id, err)
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, fmt.Errorf("reading %s: %w", id, err)
	}
	return s.aead.Seal(nonce, nonce, plain, id[:]), nil
}

func (s seal) open(id uuid.UUID, sealed []byte) (*reader.Reading, error) {
	if len(sealed) < s.aead.NonceSize() {
		return nil, errors.New("sealed reading: cut short")
	}
	nonce, body := sealed[:s.aead.NonceSize()], sealed[s.aead.NonceSize():]
	plain, err := s.aead.Open(nil, nonce, body, id[:])
	if err != nil {
		return nil, fmt.Errorf("open reading %s: %w", id, err)
	}
	var r reader.Reading
	if err := json.Unmarshal(plain, &r); err != nil {
		return nil, fmt.Errorf("open reading %s: %w", id, err)
	}
	return &r, nil
}
