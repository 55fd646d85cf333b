// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Enumerable} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Enumerable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ContractResolver} from "./ContractResolver.sol";
import {PKPNFTMetadata} from "./PKPNFTMetadata.sol";
import {PubkeyRouter} from "./PubkeyRouter.sol";
import {Resolved} from "./Resolved.sol";
import {Staking} from "./Staking.sol";

/// @title Programmable key pairs
/// @notice A token is a secp256k1 key that the network's nodes hold together; its id is the key's keccak hash. Keys are
/// derived from the network's root keys at mint.
contract PKPNFT is ERC721Enumerable, Ownable, Resolved {
    struct Signature {
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    uint256 private constant KEY_TYPE_SECP256K1 = 2;

    event PKPMinted(uint256 indexed tokenId, bytes pubkey);
    /// First log of a claim, so that the routing log, whose first topic is the token id, is the second.
    event KeyClaimed(bytes32 indexed derivedKeyId, address indexed claimedBy);
    event MintCostSet(uint256 newMintCost);
    event Withdrew(uint256 amount);

    /// In wei.
    uint256 public mintCost = 1;

    constructor(ContractResolver resolver)
        ERC721("Programmable Key Pair", "PKP")
        Ownable(msg.sender)
        Resolved(resolver)
    {}

    /// @notice Mints the next key to the caller.
    /// @param keyType 2, secp256k1
    function mintNext(uint256 keyType) external payable returns (uint256) {
        return _mintKey(keyType, getNextDerivedKeyId());
    }

    /// @notice Mints the key of an id that the network's nodes gave the caller, and only the nodes could have given: at
    /// least as many active validators as consensus needs have signed the 32 bytes of derivedKeyId, as EIP-191 messages.
    function claimAndMint(uint256 keyType, bytes32 derivedKeyId, Signature[] calldata signatures)
        external
        payable
        returns (uint256)
    {
        _checkNodeSignatures(derivedKeyId, signatures);
        emit KeyClaimed(derivedKeyId, msg.sender);
        return _mintKey(keyType, derivedKeyId);
    }

    function setMintCost(uint256 newMintCost) external onlyOwner {
        mintCost = newMintCost;
        emit MintCostSet(newMintCost);
    }

    /// @notice Pays what minting has brought in to the owner.
    function withdraw() external onlyOwner {
        uint256 amount = address(this).balance;
        (bool sent,) = payable(msg.sender).call{value: amount}("");
        require(sent, "Paying out failed");
        emit Withdrew(amount);
    }

    function getNextDerivedKeyId() public view returns (bytes32) {
        return keccak256(abi.encodePacked(totalSupply() + 1, blockhash(block.number - 1)));
    }

    /// @return 65 bytes, uncompressed; empty for an unknown id
    function getPubkey(uint256 tokenId) external view returns (bytes memory) {
        return PubkeyRouter(_routerAddress()).getPubkey(tokenId);
    }

    /// @return the zero address for an unknown id
    function getEthAddress(uint256 tokenId) external view returns (address) {
        return PubkeyRouter(_routerAddress()).getEthAddress(tokenId);
    }

    function exists(uint256 tokenId) external view returns (bool) {
        return _ownerOf(tokenId) != address(0);
    }

    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        PubkeyRouter router = PubkeyRouter(_routerAddress());
        return PKPNFTMetadata(_metadataAddress()).tokenURI(tokenId, router.getPubkey(tokenId), router.getEthAddress(tokenId));
    }

    // The order of the three logs is part of the interface: clients read the token id from the first.
    function _mintKey(uint256 keyType, bytes32 derivedKeyId) private returns (uint256 tokenId) {
        require(keyType == KEY_TYPE_SECP256K1, "Only keys of type 2 can be minted");
        require(msg.value == mintCost, "You must pay exactly mint cost");
        address staking = _stakingAddress();
        PubkeyRouter router = PubkeyRouter(_routerAddress());
        bytes memory pubkey = router.getDerivedPubkey(staking, derivedKeyId);
        tokenId = uint256(keccak256(pubkey));
        router.setRoutingData(tokenId, pubkey, staking, keyType, derivedKeyId);
        _mint(msg.sender, tokenId);
        emit PKPMinted(tokenId, pubkey);
    }

    function _checkNodeSignatures(bytes32 derivedKeyId, Signature[] calldata signatures) private view {
        Staking staking = Staking(_stakingAddress());
        require(
            signatures.length >= staking.currentValidatorCountForConsensus(), "Fewer signatures than consensus needs"
        );
        bytes32 hash = MessageHashUtils.toEthSignedMessageHash(derivedKeyId);
        address[] memory signers = new address[](signatures.length);
        for (uint256 i = 0; i < signatures.length; i++) {
            address signer = ECDSA.recover(hash, signatures[i].v, signatures[i].r, signatures[i].s);
            require(staking.isActiveValidatorByNodeAddress(signer), "A signer is no active validator");
            for (uint256 j = 0; j < i; j++) {
                require(signers[j] != signer, "A validator has signed twice");
            }
            signers[i] = signer;
        }
    }
}
