package pipeline

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// directionProcessor is `network_direction`.
type directionProcessor struct {
	source, destination, target event.Path
	internal                    []value
	internalField               event.Path
	ignoreMissing               bool
}

func newNetworkDirection(o *options) processor {
	p := &directionProcessor{
		source:      o.optionalPath("source_ip", event.MustPath("source.ip")),
		destination: o.optionalPath("destination_ip", event.MustPath("destination.ip")),
		target:      o.optionalPath("target_field", event.MustPath("network.direction")), ignoreMissing: o.flag("ignore_missing", true),
	}
	n := o.find("internal_networks")
	if n != nil && !n.isList {
		o.fail(n, "[internal_networks] property isn't a list")
	} else if n != nil {
		for _, item := range n.list {
			p.internal = append(p.internal, o.parseValue("internal_networks", item, plain))
		}
	}
	p.internalField = o.optionalPath("internal_networks_field", event.Path{})
	switch both := n != nil; {
	case both && !p.internalField.IsZero():
		o.fail(nil, "[internal_networks] and [internal_networks_field] cannot both be used in the same processor")
	case !both && p.internalField.IsZero():
		o.fail(nil, "[internal_networks] or [internal_networks_field] must be specified")
	}
	return p
}

var errNoDirection = errors.New("unable to calculate network direction from document")

func (p *directionProcessor) run(r *Runner) error {
	networks, err := p.networks(r)
	var source, destination string
	if err == nil {
		source, err = p.address(r, p.source)
	}
	if err == nil {
		destination, err = p.address(r, p.destination)
	}
	if err != nil {
		if p.ignoreMissing && errors.Is(err, errNoDirection) {
			return nil
		}
		return err
	}
	from, err := isInternal(networks, source)
	if err != nil {
		return err
	}
	to, err := isInternal(networks, destination)
	if err != nil {
		return err
	}
	direction := "external"
	switch {
	case from && to:
		direction = "internal"
	case from:
		direction = "outbound"
	case to:
		direction = "inbound"
	}
	return r.ev.Set(p.target, r.ev.Text(direction))
}

// network is one of those that are internal, or the class of a value that can't be one: an error when its turn comes.
type network struct{ text, class string }

func (p *directionProcessor) networks(r *Runner) ([]network, error) {
	var list []network
	if p.internalField.IsZero() {
		for i := range p.internal {
			v, err := p.internal[i].of(r)
			if err != nil {
				return nil, err
			}
			list = append(list, network{text: string(r.text(v))})
		}
		return list, nil
	}
	v, err := r.ev.Resolve(p.internalField)
	switch {
	case err != nil && !p.ignoreMissing:
		return nil, err
	case err != nil || v.IsNull():
		return nil, errNoDirection
	case v.Kind() != event.List:
		return nil, fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.util.ArrayList]", p.internalField, v.Kind().JavaClass())
	}
	for i := range r.ev.Len(v) {
		item := r.ev.At(v, i)
		switch {
		case item.IsNull():
			list = append(list, network{class: noClass})
		case item.Kind() != event.String:
			list = append(list, network{class: item.Kind().JavaClass()})
		default:
			list = append(list, network{text: string(r.ev.Bytes(item))})
		}
	}
	return list, nil
}

func (p *directionProcessor) address(r *Runner, path event.Path) (string, error) {
	f := field{path: path}
	if v := r.ev.Get(path); v.Kind() == event.Null {
		return "", errNoDirection
	}
	_, v, err := r.textField(&f, p.ignoreMissing, "")
	if err != nil {
		return "", err
	}
	if v.IsNull() {
		return "", errNoDirection
	}
	return string(r.ev.Bytes(v)), nil
}

// noClass is that of null.
const noClass = "null"

// isInternal reads the address only when there are networks, as Elasticsearch does.
func isInternal(networks []network, address string) (bool, error) {
	for _, network := range networks {
		if network.class != "" && network.class != noClass {
			return false, cannotCast(network.class, "java.lang.String")
		}
		a, err := parseIP(address)
		if err != nil {
			return false, err
		}
		if network.class == noClass {
			return false, errors.New(`Cannot invoke "String.hashCode()" because "<local3>" is null`) //nolint:staticcheck // Java's text
		}
		in, err := inNetwork(a, network.text)
		if in || err != nil {
			return in, err
		}
	}
	return false, nil
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

func inNetwork(a netip.Addr, network string) (bool, error) {
	switch network {
	case "loopback":
		return a.IsLoopback(), nil
	case "global_unicast", "unicast":
		return a != broadcast && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast() && !a.IsLinkLocalUnicast(), nil
	case "link_local_unicast":
		return a.IsLinkLocalUnicast(), nil
	case "interface_local_multicast":
		return a.IsInterfaceLocalMulticast(), nil
	case "link_local_multicast":
		return a.IsLinkLocalMulticast(), nil
	case "multicast":
		return a.IsMulticast(), nil
	case "unspecified":
		return a.IsUnspecified(), nil
	case "private":
		return isPrivate(a), nil
	case "public":
		return !isPrivate(a) && !a.IsLoopback() && !a.IsUnspecified() && !a.IsLinkLocalUnicast() && !a.IsLinkLocalMulticast() &&
			!a.IsInterfaceLocalMulticast() && a != broadcast, nil
	}
	return inRange(a, network)
}

// inRange tells whether an address is in a network, or is the one that network is.
func inRange(a netip.Addr, network string) (bool, error) {
	address, length, masked := strings.Cut(network, "/")
	if masked && (strings.Contains(length, "/") || length == "" || address == "" && length == "") {
		return false, fmt.Errorf("Expected [ip/prefix] but was [%s]", network) //nolint:staticcheck // Elasticsearch's text
	}
	b, err := parseIP(address)
	if err != nil {
		return false, err
	}
	if !masked {
		return a == b, nil
	}
	if strings.Contains(address, ":") && b.Is4() {
		return false, fmt.Errorf("CIDR notation is not allowed with IPv6-mapped IPv4 address [%s as it introduces ambiguity as to whether the prefix length should be interpreted as a v4 prefix length or a v6 prefix length", address)
	}
	bits, err := strconv.ParseInt(length, 10, 32)
	if err != nil {
		return false, errors.New(notANumber(length))
	}
	if bits < 0 || int(bits) > b.BitLen() {
		return false, fmt.Errorf("Illegal prefix length [%d] in [%s]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges", bits, network) //nolint:staticcheck // Elasticsearch's text
	}
	if a.Is4() && b.Is6() { // compared as 16 bytes each
		a = netip.AddrFrom16(a.As16())
		return netip.PrefixFrom(b, int(bits)).Masked().Contains(a), nil
	}
	return netip.PrefixFrom(b, int(bits)).Contains(a), nil
}

// isPrivate knows fd00::/8 only, where Go's IsPrivate has fc00::/7.
func isPrivate(a netip.Addr) bool {
	return a.IsPrivate() && (a.Is4() || a.As16()[0] == 0xfd)
}
