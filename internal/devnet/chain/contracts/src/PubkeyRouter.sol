// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ContractResolver} from "./ContractResolver.sol";
import {Resolved} from "./Resolved.sol";
import {Staking} from "./Staking.sol";

/// @title Which key belongs to which token, and the root keys that all of them are derived from
contract PubkeyRouter is Resolved {
    struct RootKey {
        bytes pubkey;
        uint256 keyType;
    }

    struct PubkeyRoutingData {
        bytes pubkey;
        uint256 keyType;
        bytes32 derivedKeyId;
    }

    uint256 private constant KEY_TYPE_SECP256K1 = 2;

    /// The chain's own precompiled contract (Go package hdkey): derivedKeyId ‖ 33-byte root ‖ … → 65-byte key.
    address private constant HD_KEY_DERIVER = address(0x4c4954);

    event PubkeyRoutingDataSet(
        uint256 indexed tokenId, bytes pubkey, address stakingContract, uint256 keyType, bytes32 derivedKeyId
    );
    event RootKeySet(address stakingContract, RootKey rootKey);

    mapping(address ethAddress => uint256) public ethAddressToPkpId;

    mapping(uint256 tokenId => PubkeyRoutingData) private _routes;
    mapping(address stakingContract => RootKey[]) private _rootKeys;
    mapping(address stakingContract => mapping(address validator => bytes32)) private _votes;
    mapping(address stakingContract => mapping(bytes32 keysHash => uint256)) private _voteCount;

    constructor(ContractResolver resolver) Resolved(resolver) {}

    /// @notice A validator says which root keys its network made. They count once every validator of the epoch has said
    /// the same; until then a vote can be changed.
    function voteForRootKeys(address stakingContractAddress, RootKey[] calldata newRootKeys) external {
        Staking staking = Staking(stakingContractAddress);
        require(staking.isActiveValidatorByNodeAddress(msg.sender), "Only active validators can vote for root keys");
        require(_rootKeys[stakingContractAddress].length == 0, "Root keys are already set");
        require(newRootKeys.length > 0, "At least one root key is needed");

        bytes32 vote = keccak256(abi.encode(newRootKeys));
        bytes32 before = _votes[stakingContractAddress][msg.sender];
        if (before == vote) {
            return;
        }
        if (before != 0) {
            _voteCount[stakingContractAddress][before]--;
        }
        _votes[stakingContractAddress][msg.sender] = vote;
        uint256 count = ++_voteCount[stakingContractAddress][vote];
        if (count == staking.getValidatorsInCurrentEpoch().length) {
            _setRootKeys(stakingContractAddress, newRootKeys);
        }
    }

    /// @notice Called by the PKP contract when it mints.
    function setRoutingData(
        uint256 tokenId,
        bytes calldata pubkey,
        address stakingContractAddress,
        uint256 keyType,
        bytes32 derivedKeyId
    ) external {
        require(msg.sender == _pkpNftAddress(), "Only the PKP NFT contract can set routing data");
        require(tokenId == uint256(keccak256(pubkey)), "The token id is not the hash of the public key");
        require(!isRouted(tokenId), "The public key is already routed");
        _routes[tokenId] = PubkeyRoutingData(pubkey, keyType, derivedKeyId);
        ethAddressToPkpId[deriveEthAddressFromPubkey(pubkey)] = tokenId;
        emit PubkeyRoutingDataSet(tokenId, pubkey, stakingContractAddress, keyType, derivedKeyId);
    }

    function getRootKeys(address stakingContract) external view returns (RootKey[] memory) {
        return _rootKeys[stakingContract];
    }

    /// @notice The key that the network of stakingContract holds under derivedKeyId: Σ root_i · x^i.
    /// @return 65 bytes, uncompressed
    function getDerivedPubkey(address stakingContract, bytes32 derivedKeyId) external view returns (bytes memory) {
        RootKey[] storage roots = _rootKeys[stakingContract];
        bytes memory input = bytes.concat(derivedKeyId);
        for (uint256 i = 0; i < roots.length; i++) {
            if (roots[i].keyType == KEY_TYPE_SECP256K1) {
                input = bytes.concat(input, roots[i].pubkey);
            }
        }
        require(input.length > 32, "The network has no root keys");
        (bool ok, bytes memory pubkey) = HD_KEY_DERIVER.staticcall(input);
        // A chain without the precompiled contract answers with success and no bytes.
        require(ok && pubkey.length == 65, "Deriving the public key failed");
        return pubkey;
    }

    /// @return empty for a token that is not routed
    function getPubkey(uint256 tokenId) external view returns (bytes memory) {
        return _routes[tokenId].pubkey;
    }

    /// @return the zero address for a token that is not routed
    function getEthAddress(uint256 tokenId) external view returns (address) {
        return isRouted(tokenId) ? deriveEthAddressFromPubkey(_routes[tokenId].pubkey) : address(0);
    }

    function pubkeys(uint256 tokenId) external view returns (PubkeyRoutingData memory) {
        return _routes[tokenId];
    }

    function getRoutingData(uint256 tokenId) external view returns (PubkeyRoutingData memory) {
        return _routes[tokenId];
    }

    function isRouted(uint256 tokenId) public view returns (bool) {
        return _routes[tokenId].pubkey.length != 0;
    }

    /// @param pubkey 65 bytes, uncompressed; not checked to lie on the curve
    function deriveEthAddressFromPubkey(bytes memory pubkey) public pure returns (address) {
        require(pubkey.length == 65 && pubkey[0] == 0x04, "The public key is not uncompressed");
        bytes32 hash;
        assembly ("memory-safe") {
            hash := keccak256(add(pubkey, 33), 64)
        }
        return address(uint160(uint256(hash)));
    }

    function _setRootKeys(address stakingContractAddress, RootKey[] calldata keys) private {
        for (uint256 i = 0; i < keys.length; i++) {
            _rootKeys[stakingContractAddress].push(keys[i]);
            emit RootKeySet(stakingContractAddress, keys[i]);
        }
    }
}
