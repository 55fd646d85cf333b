// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {ContractResolver} from "./ContractResolver.sol";

/// @title The validators of each epoch
/// @notice The owner says who validates and when an epoch ends. A node stakes for itself here, so a staker's address is
/// the node's address. The count that clients need for consensus is a number given at deployment, never computed.
contract Staking is Ownable {
    using EnumerableSet for EnumerableSet.AddressSet;

    enum State {
        Active,
        NextValidatorSetLocked,
        ReadyForNextEpoch,
        Unlocked,
        Paused,
        Restore
    }

    struct Epoch {
        uint256 epochLength;
        uint256 number;
        uint256 endTime;
        uint256 retries;
        uint256 timeout;
    }

    struct Validator {
        uint32 ip;
        uint128 ipv6;
        uint32 port;
        address nodeAddress;
        uint256 reward;
        uint256 senderPubKey;
        uint256 receiverPubKey;
    }

    struct Config {
        uint256 tokenRewardPerTokenPerEpoch;
        uint256 DEPRECATED_complaintTolerance;
        uint256 DEPRECATED_complaintIntervalSecs;
        uint256[] keyTypes;
        uint256 minimumValidatorCount;
        uint256 maxConcurrentRequests;
        uint256 maxTripleCount;
        uint256 minTripleCount;
        uint256 peerCheckingIntervalSecs;
        uint256 maxTripleConcurrency;
        bool rpcHealthcheckEnabled;
    }

    struct AddressMapping {
        address nodeAddress;
        address stakerAddress;
    }

    /// Clients name the previous epoch until one has lasted 45 s. An epoch that is born older than that is named at once.
    uint256 private constant AGE_AT_BIRTH = 60;
    uint256 private constant TIMEOUT = 60;

    event StateChanged(State newState);
    event ValidatorKicked(address indexed staker);

    ContractResolver public immutable contractResolver;
    uint256 public immutable currentValidatorCountForConsensus;
    State public state;

    /// The node versions that may take part, a range that no node falls out of.
    string public constant getMinVersionString = "0.0.0";
    string public constant getMaxVersionString = "10000.0.0";

    Epoch private _epoch;
    mapping(address staker => Validator) private _validators;
    EnumerableSet.AddressSet private _current;
    EnumerableSet.AddressSet private _kicked;
    address[] private _next;

    /// @param threshold the nodes that clients need
    /// @param epochLength in seconds
    /// @param validators_ of the first epoch, whose number is 1
    constructor(ContractResolver resolver, uint256 threshold, uint256 epochLength, Validator[] memory validators_)
        Ownable(msg.sender)
    {
        contractResolver = resolver;
        currentValidatorCountForConsensus = threshold;
        _epoch.epochLength = epochLength;
        _epoch.timeout = TIMEOUT;
        setValidators(validators_);
        _lock(_addresses(validators_));
        _advance();
    }

    /// @notice Enters validators, or changes the address and port of known ones. It does not change who validates.
    function setValidators(Validator[] memory validators_) public onlyOwner {
        for (uint256 i = 0; i < validators_.length; i++) {
            require(validators_[i].nodeAddress != address(0), "A validator needs a node address");
            _validators[validators_[i].nodeAddress] = validators_[i];
        }
    }

    /// @notice Fixes who will validate the next epoch.
    function lockValidatorsForNextEpoch(address[] calldata stakers) external onlyOwner {
        _lock(stakers);
        _setState(State.NextValidatorSetLocked);
    }

    /// @notice Begins the next epoch with the validators locked for it, or with the same ones when none were.
    function advanceEpoch() external onlyOwner {
        _advance();
    }

    /// @notice Takes a validator out of the current epoch's list. It comes back with the next epoch that names it.
    function kickValidator(address staker) external onlyOwner {
        require(_current.contains(staker), "Not a validator of this epoch");
        require(_kicked.add(staker), "Already kicked");
        emit ValidatorKicked(staker);
    }

    function epoch() external view returns (Epoch memory) {
        return _epoch;
    }

    function config() external view returns (Config memory c) {
        c.keyTypes = new uint256[](2);
        c.keyTypes[0] = 1; // BLS12-381
        c.keyTypes[1] = 2; // secp256k1
        c.minimumValidatorCount = currentValidatorCountForConsensus;
        c.rpcHealthcheckEnabled = false;
    }

    function validators(address stakerAddress) external view returns (Validator memory) {
        return _validators[stakerAddress];
    }

    /// @notice All that a client needs to connect: the epoch, the nodes needed and the nodes there are.
    function getActiveUnkickedValidatorStructsAndCounts()
        external
        view
        returns (Epoch memory, uint256, Validator[] memory)
    {
        return (_epoch, currentValidatorCountForConsensus, getActiveUnkickedValidatorStructs());
    }

    function getActiveUnkickedValidatorStructs() public view returns (Validator[] memory unkicked) {
        unkicked = new Validator[](_current.length() - _kicked.length());
        uint256 filled = 0;
        for (uint256 i = 0; i < _current.length(); i++) {
            address staker = _current.at(i);
            if (!_kicked.contains(staker)) {
                unkicked[filled++] = _validators[staker];
            }
        }
    }

    function getValidatorsInCurrentEpoch() public view returns (address[] memory) {
        return _current.values();
    }

    function getKickedValidators() external view returns (address[] memory) {
        return _kicked.values();
    }

    function getValidatorsStructs(address[] memory addresses) public view returns (Validator[] memory structs) {
        structs = new Validator[](addresses.length);
        for (uint256 i = 0; i < addresses.length; i++) {
            structs[i] = _validators[addresses[i]];
        }
    }

    function getValidatorsStructsInCurrentEpoch() external view returns (Validator[] memory) {
        return getValidatorsStructs(getValidatorsInCurrentEpoch());
    }

    function isActiveValidatorByNodeAddress(address account) external view returns (bool) {
        return _current.contains(account) && !_kicked.contains(account);
    }

    /// @return the zero address for a node that was never entered
    function nodeAddressToStakerAddress(address nodeAddress) public view returns (address) {
        return _validators[nodeAddress].nodeAddress;
    }

    function getNodeStakerAddressMappings(address[] memory addresses)
        external
        view
        returns (AddressMapping[] memory mappings)
    {
        mappings = new AddressMapping[](addresses.length);
        for (uint256 i = 0; i < addresses.length; i++) {
            mappings[i] = AddressMapping(addresses[i], nodeAddressToStakerAddress(addresses[i]));
        }
    }

    function _lock(address[] memory stakers) private {
        require(stakers.length >= currentValidatorCountForConsensus, "Fewer validators than consensus needs");
        for (uint256 i = 0; i < stakers.length; i++) {
            require(_validators[stakers[i]].nodeAddress != address(0), "Unknown validator");
        }
        _next = stakers;
    }

    function _advance() private {
        _kicked.clear();
        if (_next.length > 0) {
            _current.clear();
            for (uint256 i = 0; i < _next.length; i++) {
                require(_current.add(_next[i]), "A validator is named twice");
            }
            delete _next;
        }
        _epoch.number++;
        _epoch.endTime = block.timestamp - AGE_AT_BIRTH + _epoch.epochLength;
        _setState(State.Active);
    }

    function _setState(State newState) private {
        state = newState;
        emit StateChanged(newState);
    }

    function _addresses(Validator[] memory validators_) private pure returns (address[] memory addresses) {
        addresses = new address[](validators_.length);
        for (uint256 i = 0; i < validators_.length; i++) {
            addresses[i] = validators_[i].nodeAddress;
        }
    }
}
