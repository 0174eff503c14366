package gate

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nkeys"
)

// Keys are the nkeys (Ed25519) of the operator, of the system's and the gate's account, and of each carrier's account, one file each in
// a folder that is the program's alone. They are made when they are first asked for.
type Keys struct {
	dir    string
	random io.Reader

	operator, system, gate nkeys.KeyPair
}

// OpenKeys opens the folder of keys, and makes it with its keys when it is not there.
func OpenKeys(dir string, random io.Reader) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("carriers' keys: %w", err)
	}
	k := &Keys{dir: dir, random: random}
	var err error
	for _, part := range []struct {
		into   *nkeys.KeyPair
		name   string
		prefix nkeys.PrefixByte
	}{{&k.operator, "operator", nkeys.PrefixByteOperator}, {&k.system, "system", nkeys.PrefixByteAccount}, {&k.gate, "gate", nkeys.PrefixByteAccount}} {
		if *part.into, err = k.open(part.name, part.prefix); err != nil {
			return nil, fmt.Errorf("carriers' keys: %w", err)
		}
	}
	return k, nil
}

// account is the key of a carrier's account.
func (k *Keys) account(carrier string) (nkeys.KeyPair, error) {
	if err := CheckCarrier(carrier); err != nil {
		return nil, err
	}
	pair, err := k.open("account-"+carrier, nkeys.PrefixByteAccount)
	if err != nil {
		return nil, fmt.Errorf("carriers' keys: %w", err)
	}
	return pair, nil
}

// open reads a key, or makes it. Service and command line may both come first: a key is linked into its place, and the loser takes the
// winner's.
func (k *Keys) open(name string, prefix nkeys.PrefixByte) (nkeys.KeyPair, error) {
	path := filepath.Join(k.dir, name+".nk")
	seed, err := readSeed(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = k.create(path, prefix); err == nil {
			seed, err = readSeed(path)
		}
	}
	if err != nil {
		return nil, err
	}
	pair, err := nkeys.FromSeed(seed)
	if err != nil {
		return nil, fmt.Errorf("%s: expected the seed of a nkey", path)
	}
	return pair, nil
}

func readSeed(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o, expected 0600: others may have read the key", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	return []byte(strings.TrimSpace(string(text))), err
}

func (k *Keys) create(path string, prefix nkeys.PrefixByte) (err error) {
	pair, err := nkeys.CreatePairWithRand(prefix, k.random)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	file, err := os.CreateTemp(k.dir, ".new-*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	if _, err = file.Write(append(seed, '\n')); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func publicOf(pair nkeys.KeyPair) (string, error) {
	public, err := pair.PublicKey()
	if err != nil {
		return "", fmt.Errorf("public key: %w", err)
	}
	return public, nil
}
