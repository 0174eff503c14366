package sm

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"  //nolint:gosec // what chips speak
	"crypto/sha1" //nolint:gosec // the standard's
	"crypto/sha256"
	"fmt"
	"math/bits"
)

// Suite is a cipher of a session with its key length.
type Suite uint8

// The suites.
const (
	TripleDES Suite = iota // 3DES-CBC with the retail MAC; keys of 16 bytes
	AES128
	AES192
	AES256
)

// The counters of key derivation (Doc 9303-11, 9.7.1).
const (
	ForEncryption = 1
	ForMAC        = 2
	ForNonce      = 3 // the key from the password, PACE
)

// Derive is the key derivation function: the key for a purpose from a shared secret.
func (s Suite) Derive(secret []byte, purpose byte) []byte {
	input := append(append([]byte{}, secret...), 0, 0, 0, purpose)
	switch s {
	case AES192:
		sum := sha256.Sum256(input)
		return sum[:24]
	case AES256:
		sum := sha256.Sum256(input)
		return sum[:]
	case AES128:
		sum := sha1.Sum(input) //nolint:gosec // the standard's
		return sum[:16]
	case TripleDES:
	}
	sum := sha1.Sum(input) //nolint:gosec // the standard's
	key := sum[:16]
	for n, b := range key { // DES keys have odd parity
		key[n] = b&^1 | byte(1-bits.OnesCount8(b>>1)&1)
	}
	return key
}

// BlockSize is the size of a block, in bytes.
func (s Suite) BlockSize() int {
	if s == TripleDES {
		return des.BlockSize
	}
	return aes.BlockSize
}

// Block is the block cipher under a key.
func (s Suite) Block(key []byte) (cipher.Block, error) {
	if s == TripleDES {
		if len(key) != 16 {
			return nil, fmt.Errorf("key of %d bytes: expected 16", len(key))
		}
		return des.NewTripleDESCipher(append(append([]byte{}, key...), key[:8]...)) //nolint:gosec // what chips speak
	}
	return aes.NewCipher(key)
}

// MAC is the message authentication code of 8 bytes: the retail MAC (ISO/IEC 9797-1, algorithm 3) over the padded message, or CMAC (NIST
// SP 800-38B), which pads by itself, cut.
func (s Suite) MAC(key, message []byte) ([]byte, error) {
	if s == TripleDES {
		return retail(key, Pad(message, des.BlockSize))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cmac(block, message)[:8], nil
}

func retail(key, padded []byte) ([]byte, error) {
	if len(key) != 16 {
		return nil, fmt.Errorf("key of %d bytes: expected 16", len(key))
	}
	first, err := des.NewCipher(key[:8]) //nolint:gosec // the retail MAC
	if err != nil {
		return nil, err
	}
	second, err := des.NewCipher(key[8:]) //nolint:gosec // the retail MAC
	if err != nil {
		return nil, err
	}
	sum := make([]byte, des.BlockSize)
	for ; len(padded) > 0; padded = padded[des.BlockSize:] {
		for n := range sum {
			sum[n] ^= padded[n]
		}
		first.Encrypt(sum, sum)
	}
	second.Decrypt(sum, sum)
	first.Encrypt(sum, sum)
	return sum, nil
}

func cmac(block cipher.Block, message []byte) []byte {
	size := block.BlockSize()
	sub := make([]byte, size)
	block.Encrypt(sub, sub)
	shift(sub)
	last := make([]byte, size)
	if n := len(message); n > 0 && n%size == 0 {
		copy(last, message[n-size:])
		message = message[:n-size]
	} else {
		shift(sub)
		rest := message[n-n%size:]
		copy(last, rest)
		last[len(rest)] = 0x80
		message = message[:n-n%size]
	}
	sum := make([]byte, size)
	for ; len(message) > 0; message = message[size:] {
		xor(sum, message)
		block.Encrypt(sum, sum)
	}
	xor(sum, last)
	xor(sum, sub)
	block.Encrypt(sum, sum)
	return sum
}

// shift doubles a number of GF(2^128).
func shift(b []byte) {
	carry := byte(0)
	for n := len(b) - 1; n >= 0; n-- {
		next := b[n] >> 7
		b[n] = b[n]<<1 | carry
		carry = next
	}
	b[len(b)-1] ^= 0x87 & -carry
}

func xor(into, with []byte) {
	for n := range into {
		into[n] ^= with[n]
	}
}

// Pad is the padding of ISO/IEC 9797-1, method 2: 80, then zeros.
func Pad(message []byte, size int) []byte {
	padded := append(append(make([]byte, 0, len(message)+size), message...), 0x80)
	for len(padded)%size != 0 {
		padded = append(padded, 0)
	}
	return padded
}

// Unpad takes the padding off; false when there is none.
func Unpad(padded []byte) ([]byte, bool) {
	for n := len(padded) - 1; n >= 0; n-- {
		switch padded[n] {
		case 0:
		case 0x80:
			return padded[:n], true
		default:
			return nil, false
		}
	}
	return nil, false
}

// CBC encrypts or decrypts whole blocks.
func CBC(block cipher.Block, iv, data []byte, encrypt bool) []byte {
	out := make([]byte, len(data))
	if encrypt {
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, data)
	} else {
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, data)
	}
	return out
}
